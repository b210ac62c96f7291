// Values and payloads as JSON text that may go to a terminal: what would move its cursor or hide something is
// escaped.
//
// Pure.
#pragma once

#include <string>

#include "client/payload.h"
#include "wamp/value.h"

namespace client::command {

// On one line.
std::string to_json(const wamp::Value& value);
// Indented, but for what is short.
std::string to_readable_json(const wamp::Value& value);

enum class Form {
  json,      // {"args":[5],"kwargs":{}}
  raw,       // the first argument, a string without quotation marks; nothing if there is none
  readable,  // the only argument, for people; the whole if there are more
};
std::string to_text(const Payload& payload, Form form);

// "args":[5],"kwargs":{}
std::string json_members(const Payload& payload);

// Of an ERROR, for people: its URI and what came with it.
std::string to_text(std::string_view uri, const Payload& payload);

}  // namespace client::command

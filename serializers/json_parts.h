// JSON text as the ranges of bytes that its parts are: of the body of an HTTP request arguments become the
// payload of a message as they stand there, and the other way round.
//
// Pure functions; any thread. The ranges point into the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "wamp/message.h"
#include "wamp/result.h"

namespace serializers {

struct JsonMember {
  std::string key;
  std::string_view value;
};

// What a JSON text holds, validated in full (grammar, UTF-8, depth): the members of an object, or the whole
// of any other value.
struct JsonText {
  bool is_object = false;
  std::vector<JsonMember> members;  // the last of each key
  std::string_view whole;           // without the white space around it

  // Empty: there is none.
  std::string_view find(std::string_view key) const;
};
// At most so many members, also of one key. The error is for people: "invalid JSON at byte 17: unexpected
// character".
wamp::Result<JsonText> read_json_parts(std::string_view text, size_t max_members, int max_depth);

// Of a payload in JSON that has been validated. Empty: there are none.
struct JsonArguments {
  std::string_view args, kwargs;
};
JsonArguments json_arguments(const wamp::Payload& payload);

// The text as a JSON string, with its quotes.
std::string json_string(std::string_view text);

}  // namespace serializers

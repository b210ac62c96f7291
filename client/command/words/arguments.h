// What people write for the arguments of a call or an event, and for options of a message.
//
// Pure, but for standard input, which is passed in. What is wrong is a std::invalid_argument that says what
// and where.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "wamp/value.h"

namespace client::command {

// JSON if it is JSON, else a string. A number that would lose digits, or is out of range, is refused.
wamp::Value read_value(std::string_view word, bool as_string);

// JSON of exactly this kind; `what` says of what it is told if it is not.
wamp::Value read_json(std::string_view text, std::string_view what);
wamp::List read_json_list(std::string_view text, std::string_view what);
wamp::Dict read_json_dict(std::string_view text, std::string_view what);

// Each is NAME=VALUE, where VALUE is read as an argument. `option` is what they were given by.
wamp::Dict read_entries(const std::vector<std::string>& words, std::string_view option, bool as_string,
                        wamp::Dict onto = {});

struct ArgumentWords {
  std::vector<std::string> words = {};    // ARG..., a guarded "-" is an argument itself
  std::vector<std::string> entries = {};  // -k NAME=VALUE
  std::string args = {}, kwargs = {};     // JSON; empty: not given
  bool as_strings = false;
};

struct Arguments {
  wamp::List args;
  wamp::Dict kwargs;
};

// --args come before ARGs; of a keyword that comes twice -k counts. An ARG "-" stands for what standard input
// says, which is read once: a JSON list is arguments, an object of "args" and "kwargs" alone is both, and
// anything else is one argument.
Arguments read_arguments(const ArgumentWords& given, const std::function<std::string()>& read_input);

// What a command has printed as its answer: nothing is no argument, a JSON object of "args" and "kwargs"
// alone is both, and anything else is one argument.
Arguments read_answer(std::string_view text);

}  // namespace client::command

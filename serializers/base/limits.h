// What bounds the reading of a message, and where its strings are put.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace serializers {

// Where strings are put that are not in the frame as they are meant (JSON escapes, CBOR strings in chunks,
// and JSON with lone surrogates as a whole). Cleared by each decode.
struct Scratch {
  std::deque<std::string> strings;
};

constexpr int max_nesting = 1024;

// Of what becomes values: the options or details of one message, or arguments that the router reads itself.
// It is counted while it is read, before anything is made of what is too much. In errors each has the name of
// its configuration key.
struct ValueLimits {
  size_t bytes = SIZE_MAX;       // "options_bytes": as they came
  size_t entries = SIZE_MAX;     // "options_entries": of all dictionaries together
  size_t list_items = SIZE_MAX;  // "options_list_items": of all lists together
};

struct Limits {
  int max_depth =
      128;  // nesting of lists and dictionaries, the message's own list included; at most max_nesting
  ValueLimits values = {};
};

}  // namespace serializers

// A value of the WAMP messages that the generator writes: an integer, a boolean, a string, a list or a dict.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bench::load {

struct Value;
using List = std::vector<Value>;
using Dict = std::vector<std::pair<std::string, Value>>;

struct Value {
  Value(std::integral auto integer) : content(static_cast<uint64_t>(integer)) {}
  Value(bool truth) : content(truth) {}
  Value(const char* text) : content(std::string(text)) {}
  Value(std::string text) : content(std::move(text)) {}
  Value(List list) : content(std::move(list)) {}
  Value(Dict dict) : content(std::move(dict)) {}

  std::variant<uint64_t, bool, std::string, List, Dict> content;
};

}  // namespace bench::load

// Reads the options of what the router is asked about itself.
//
// What is null is not given. The first thing that does not fit is kept, so that all can be read first and the
// failure asked for once. Lives shorter than the options.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wamp/value.h"

namespace router::insight {

class OptionReader {
 public:
  explicit OptionReader(const wamp::Dict& options) : options_(options) {}

  void expect_only(std::span<const std::string_view> names);
  // Null: it is not given, or not one.
  template <class T>
  const T* read(std::string_view name, std::string_view expected) {
    const wamp::Value* const value = find(name);
    const T* const given = value ? value->get<T>() : nullptr;
    if (value && !given) fail(name, expected);
    return given;
  }
  // Overwrite `target` if the option is given.
  template <class Number>
  void read_number(std::string_view name, int64_t least, int64_t most, Number& target) {
    const auto number = number_between(name, least, most);
    if (number) target = static_cast<Number>(*number);
  }
  void read_flag(std::string_view name, bool& target) {
    if (const bool* const flag = read<bool>(name, "true or false")) target = *flag;
  }
  // One of these; none: it is not given, or another one.
  std::optional<std::string_view> read_word(std::string_view name, std::span<const std::string_view> words);

  void fail(std::string_view name, std::string_view expected);
  // "limit: expected a number from 1 to 1024"; empty: all is well.
  const std::string& failure() const { return failure_; }

 private:
  const wamp::Value* find(std::string_view name) const;
  std::optional<int64_t> number_between(std::string_view name, int64_t least, int64_t most);

  const wamp::Dict& options_;
  std::string failure_;
};

}  // namespace router::insight

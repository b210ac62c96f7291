// One line of JSON: the figures of a trial by their names.
#pragma once

#include <concepts>
#include <cstdio>
#include <string>
#include <string_view>

namespace bench::reliability {

class JsonLine {
 public:
  void add(std::string_view name, bool truth) { add_raw(name, truth ? "true" : "false"); }
  void add(std::string_view name, std::unsigned_integral auto count) { add_raw(name, std::to_string(count)); }
  void add(std::string_view name, double number) {
    char text[64];
    std::snprintf(text, sizeof text, "%.3f", number);
    add_raw(name, text);
  }
  std::string text() const { return "{" + members_ + "}\n"; }

 private:
  void add_raw(std::string_view name, std::string_view value) {
    if (!members_.empty()) members_ += ",";
    members_.append("\"").append(name).append("\":").append(value);
  }

  std::string members_;
};

}  // namespace bench::reliability

#include "router/log.h"

#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace router::log {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_color_mt("wampd");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    return made;
  }();
  return *instance;
}

constexpr size_t max_line = 1000;  // bytes

}  // namespace

std::string printable(std::string_view line) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  for (const char c : line.substr(0, max_line)) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7F)
      text += c;
    else
      text.append("\\x").append(1, hex[code >> 4]).append(1, hex[code & 15]);
  }
  return line.size() > max_line ? text + "..." : text;
}

void info(std::string_view line) {
  logger().info("{}", printable(line));
}
void warning(std::string_view line) {
  logger().warn("{}", printable(line));
}
void error(std::string_view line) {
  logger().error("{}", printable(line));
}

}  // namespace router::log

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

}  // namespace

void info(std::string_view line) {
  logger().info("{}", line);
}
void warning(std::string_view line) {
  logger().warn("{}", line);
}
void error(std::string_view line) {
  logger().error("{}", line);
}

}  // namespace router::log

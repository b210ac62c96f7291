#include "router/base/clock.h"

#include <cstdio>
#include <ctime>

namespace router {

std::string iso_8601(WallTime time) {
  using namespace std::chrono;
  const auto since_epoch = floor<microseconds>(time.time_since_epoch());
  const std::time_t seconds = floor<std::chrono::seconds>(since_epoch).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  const auto microseconds_of_second = static_cast<int>((since_epoch - std::chrono::seconds(seconds)).count());
  std::snprintf(text + length, sizeof text - length, ".%06dZ", microseconds_of_second);
  return text;
}

}  // namespace router

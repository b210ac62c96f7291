#include "client/command/words/duration.h"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <utility>

namespace client::command {
namespace {

constexpr std::pair<std::string_view, double> units_in_ms[] = {
    {"", 1e3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}};
constexpr double longest_ms = 366.0 * 24 * 3600e3;

}  // namespace

std::optional<std::chrono::milliseconds> read_duration(std::string_view word) {
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view unit(end, static_cast<size_t>(word.data() + word.size() - end));
  for (const auto& [name, ms] : units_in_ms)
    if (unit == name && number * ms <= longest_ms)
      return std::chrono::milliseconds(static_cast<int64_t>(number * ms + 0.5));
  return std::nullopt;
}

std::string to_text(std::chrono::nanoseconds time) {
  const auto ns = static_cast<double>(time.count());
  char text[32];
  if (ns < 1e6)
    std::snprintf(text, sizeof text, "%.0f µs", ns / 1e3);
  else if (ns < 1e9)
    std::snprintf(text, sizeof text, "%.2f ms", ns / 1e6);
  else
    std::snprintf(text, sizeof text, "%.2f s", ns / 1e9);
  return text;
}

std::string to_text(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(ms).count());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(ms.count() % 1000));
  return text;
}

}  // namespace client::command

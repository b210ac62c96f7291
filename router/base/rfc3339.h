// Reads times as people and RFC 3339 write them: "2026-11-22T18:15:02.123Z". router/base/clock.h writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace router {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// Any offset, any number of digits of a second (those after the sixth are cut off). Nothing if it is not such
// a text, or no such day.
std::optional<Timestamp> from_rfc3339(std::string_view text);

}  // namespace router

// How people write a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace client::command {

// "500ms", "5s", "1.5m", "2h"; a number alone is seconds. At most a year. Nothing if it is none of these.
std::optional<std::chrono::milliseconds> read_duration(std::string_view word);

// "1.23 ms", "4.5 s": for people.
std::string to_text(std::chrono::nanoseconds time);

// "2026-11-30T12:00:00.123Z"
std::string to_text(std::chrono::system_clock::time_point time);

}  // namespace client::command

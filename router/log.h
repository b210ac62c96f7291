// The program's log: one line per event, to standard error. Any thread.
//
// The one door to spdlog. Lines never contain payloads or secrets. What a peer said may be in them: control
// characters are escaped and long lines cut, so that nobody forges lines or fills the disk with one.
#pragma once

#include <string>
#include <string_view>

namespace router::log {

void info(std::string_view line);
void warning(std::string_view line);
void error(std::string_view line);

// The line as it is written.
std::string printable(std::string_view line);

}  // namespace router::log

// The program's log: one line per event, to standard error. Any thread.
//
// The one door to spdlog. Lines never contain payloads or secrets.
#pragma once

#include <string_view>

namespace router::log {

void info(std::string_view line);
void warning(std::string_view line);
void error(std::string_view line);

}  // namespace router::log

// Why an address cannot be listened on, for people: which setting it is, and what helps.
#pragma once

#include <stdexcept>
#include <string>

#include "router/config/config.h"

namespace router {

// What a Listener threw, the place in the file, and what to do if that is known of a std::system_error:
// "cannot listen on 127.0.0.1:80: Permission denied (FILE:LINE:COLUMN, JSON path). A port below 1024 ..."
std::string listen_failure(const std::runtime_error& error, const config::Transport& transport);

}  // namespace router

// A view that draws the same screen again and again.
//
// On the loop's thread.
#pragma once

#include <functional>
#include <optional>

#include "client/command/connection/connection.h"
#include "client/command/output/terminal.h"

namespace client::command {

// Takes the terminal of the standard streams; it is given back while the process is stopped by Ctrl-Z, and
// then `show` draws again. `screen` outlives the connection's run; whoever has it ends it.
void draw_on(std::optional<Screen>& screen, Connection& connection, std::function<void()> show);

}  // namespace client::command

#include "client/command/views/drawing.h"

#include <utility>

#include <unistd.h>

namespace client::command {

void draw_on(std::optional<Screen>& screen, Connection& connection, std::function<void()> show) {
  screen.emplace(STDIN_FILENO, STDOUT_FILENO);
  connection.when_suspended(
      [&screen] {
        if (screen) screen->leave();
      },
      [&screen, show = std::move(show)] {
        if (screen) screen->enter();
        show();
      });
}

}  // namespace client::command

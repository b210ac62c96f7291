// What the terminal can do, and drawing over the same screen again and again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <termios.h>

#include "client/command/output/output.h"

namespace client::command {

struct Size {
  size_t columns = 80, rows = 24;
};
// Of what is behind the descriptor; a terminal that does not say has the usual one.
Size terminal_size(int descriptor);

// Whether it is a terminal whose cursor can be moved.
bool can_draw(int descriptor);
// The same, and nobody wants no colours (NO_COLOR).
bool can_colour(int descriptor);

// The whole of the terminal, until it is destroyed: then what was there is there again. Keys come at once and
// are not shown.
class Screen {
 public:
  // `input` may be no terminal; then no keys come.
  Screen(int input, int output);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Gives the terminal back for a while, as when the process is stopped by Ctrl-Z; and takes it again. While
  // it belongs to others (we are in the background), it is left as it is, and nothing is drawn.
  void leave();
  void enter();

  // As many of the lines, and as much of them, as there is room for, without blinking. They are printable;
  // the first `bold` ones stand out.
  void draw(const std::vector<std::string>& lines, size_t bold);

 private:
  bool is_ours() const;

  int input_, output_;
  KeptFlags flags_;
  bool has_settings_ = false, is_entered_ = false;
  termios settings_{};  // as they were before
};

}  // namespace client::command

#include "client/command/output/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "text/printable.h"

namespace client::command {
namespace {

// ECMA-48 and what xterm and all that follow it have added.
constexpr const char* enter_and_hide_cursor = "\x1b[?1049h\x1b[?25l";
constexpr const char* show_cursor_and_leave = "\x1b[?25h\x1b[?1049l";
constexpr const char* to_top = "\x1b[H";
constexpr const char* clear_rest_of_line = "\x1b[K";
constexpr const char* clear_rest = "\x1b[J";
constexpr const char* bold_on = "\x1b[1m";
constexpr const char* bold_off = "\x1b[0m";

}  // namespace

Size terminal_size(int descriptor) {
  winsize window{};
  Size size;
  if (::ioctl(descriptor, TIOCGWINSZ, &window) != 0) return size;
  if (window.ws_col > 0) size.columns = window.ws_col;
  if (window.ws_row > 0) size.rows = window.ws_row;
  return size;
}

bool can_draw(int descriptor) {
  const char* const kind = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && kind && *kind && std::string_view(kind) != "dumb";
}

bool can_colour(int descriptor) {
  const char* const wish = std::getenv("NO_COLOR");
  return can_draw(descriptor) && !(wish && *wish);
}

Screen::Screen(int input, int output) : input_(input), output_(output), flags_(input) {
  enter();
}

Screen::~Screen() {
  leave();
}

// Also one that has no job control.
bool Screen::is_ours() const {
  const pid_t group = ::tcgetpgrp(output_);
  return group < 0 || group == ::getpgrp();
}

void Screen::enter() {
  const bool was_entered = is_entered_;
  is_entered_ = is_ours();
  if (!is_entered_) return;
  if (!was_entered) has_settings_ = ::isatty(input_) == 1 && ::tcgetattr(input_, &settings_) == 0;
  if (has_settings_) {
    termios keys = settings_;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    // Else the kernel may throw away with Ctrl-C what gives the terminal back.
    keys.c_lflag |= NOFLSH;
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    ::tcsetattr(input_, TCSANOW, &keys);
  }
  write_all(output_, enter_and_hide_cursor);
}

void Screen::leave() {
  if (!std::exchange(is_entered_, false) || !is_ours()) return;
  write_all(output_, show_cursor_and_leave);
  if (has_settings_) ::tcsetattr(input_, TCSANOW, &settings_);
}

void Screen::draw(const std::vector<std::string>& lines, size_t bold) {
  if (!is_entered_ || !is_ours()) return;
  const Size size = terminal_size(output_);
  const bool has_colours = can_colour(output_);
  std::string text = to_top;
  for (size_t i = 0; i < std::min(lines.size(), size.rows); ++i) {
    const bool is_bold = i < bold && has_colours;
    if (i > 0) text += "\r\n";
    text += is_bold ? bold_on : "";
    text += text::cut(lines[i], size.columns);
    text += is_bold ? bold_off : "";
    text += clear_rest_of_line;
  }
  write_all(output_, text + clear_rest);
}

}  // namespace client::command

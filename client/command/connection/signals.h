// Signals as something to read from a loop. A second SIGINT or SIGTERM ends the process at once.
//
// One at a time in a process; it has handlers while it lives.
#pragma once

#include <array>
#include <csignal>

namespace client::command {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Can be read when one has come.
  int descriptor() const;
  // The next one that has come: SIGINT, SIGTERM or SIGWINCH; 0 if there is none.
  int take();

 private:
  static constexpr std::array handled{SIGINT, SIGTERM, SIGWINCH};
  std::array<struct sigaction, handled.size() + 1> before_{};  // and SIGPIPE's, which is ignored
};

}  // namespace client::command

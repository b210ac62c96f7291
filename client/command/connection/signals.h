// Signals as something to read from a loop. A second one that asks for the end, such as Ctrl-C, ends the
// process at once, and the commands that it runs; but SIGHUP behind SIGHUP does not.
//
// One at a time in a process; it has handlers while it lives.
#pragma once

#include <csignal>
#include <utility>
#include <vector>

namespace client::command {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // From now on Ctrl-Z is told, too, and does not stop the process: whoever takes it does, by suspend().
  void take_suspension();
  // Stops the process as Ctrl-Z does, and returns when it goes on: at once where no shell is that could let
  // it go on.
  void suspend();

  // Can be read when one has come.
  int descriptor() const;
  // The next one that has come: SIGWINCH, SIGCONT, SIGTSTP, or one that asks for the end: SIGINT, SIGTERM,
  // SIGHUP, SIGQUIT. 0 if there is none.
  int take();

 private:
  void handle(int number, void (*handler)(int), int flags);

  std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace client::command

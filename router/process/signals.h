// The signals that steer the program: SIGINT and SIGTERM end it, SIGHUP reloads, SIGUSR2 upgrades.
//
// Blocked from construction on in all threads that are made after it, and heard by the main thread alone.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace router {

class Signals {
 public:
  // What a failing call tells as well (SIGPIPE, SIGXFSZ) ends the program no more.
  Signals();

  // The next one; none: nothing has come for so long. Without `wait` there is always one.
  std::optional<int> next(std::optional<std::chrono::nanoseconds> wait) const;
  // Whether next() has an end to tell.
  bool ask_to_end() const;
  // SIGHUP and SIGUSR2 are too late, and a second SIGINT or SIGTERM ends the program at once. One that came
  // just before an end by another reason is none.
  void end_at_once_from_now_on() const;

 private:
  sigset_t signals_;
};

}  // namespace router

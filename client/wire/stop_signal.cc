#include "client/wire/stop_signal.h"

#include <atomic>
#include <csignal>

namespace wire {

namespace {

// Threads read it, too.
std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free, "else no signal handler may write it");

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop = true; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}

bool stop_requested() {
  return stop;
}

}  // namespace wire

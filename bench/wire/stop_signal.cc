#include "bench/wire/stop_signal.h"

#include <csignal>

namespace bench::wire {

namespace {
volatile std::sig_atomic_t stop = 0;
}

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}

bool stop_requested() {
  return stop != 0;
}

}  // namespace bench::wire

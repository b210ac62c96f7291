#include "router/process/signals.h"

#include <ctime>

namespace router {

Signals::Signals() {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::optional<int> Signals::next(std::optional<std::chrono::nanoseconds> wait) const {
  int signal = 0;
  if (!wait) {
    while (sigwait(&signals_, &signal) != 0) {
    }
    return signal;
  }
  const timespec time{wait->count() / 1'000'000'000, wait->count() % 1'000'000'000};
  signal = sigtimedwait(&signals_, nullptr, &time);
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

bool Signals::ask_to_end() const {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

void Signals::end_at_once_from_now_on() const {
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGUSR2, SIG_IGN);
  while (next(std::chrono::nanoseconds(0))) {
  }
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

}  // namespace router

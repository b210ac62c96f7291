#include "client/command/connection/signals.h"

#include <atomic>
#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

#include "client/command/connection/exit_status.h"

namespace client::command {
namespace {

std::atomic<int> signal_pipe_in{-1}, signal_pipe_out{-1};
std::atomic<int> stop_signals{0};
static_assert(std::atomic<int>::is_always_lock_free, "else no signal handler may use it");

void on_signal(int number) {
  const int error = errno;
  if (number != SIGWINCH && ++stop_signals > 1) ::_exit(static_cast<int>(ExitStatus::interrupted));
  const auto byte = static_cast<char>(number);
  // A full pipe has enough to be read.
  [[maybe_unused]] const auto written = ::write(signal_pipe_in, &byte, 1);
  errno = error;
}

}  // namespace

Signals::Signals() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe for signals");
  signal_pipe_out = ends[0];
  signal_pipe_in = ends[1];
  stop_signals = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (size_t i = 0; i < handled.size(); ++i) {
    // What waits for a slow reader of our output ends with SIGINT and SIGTERM.
    action.sa_flags = handled[i] == SIGWINCH ? SA_RESTART : 0;
    ::sigaction(handled[i], &action, &before_[i]);
  }
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, &before_.back());
}

Signals::~Signals() {
  for (size_t i = 0; i < handled.size(); ++i) ::sigaction(handled[i], &before_[i], nullptr);
  ::sigaction(SIGPIPE, &before_.back(), nullptr);
  ::close(signal_pipe_in.exchange(-1));
  ::close(signal_pipe_out.exchange(-1));
}

int Signals::descriptor() const {
  return signal_pipe_out;
}

int Signals::take() {
  char byte = 0;
  return ::read(signal_pipe_out, &byte, 1) == 1 ? byte : 0;
}

}  // namespace client::command

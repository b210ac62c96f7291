#include "client/command/connection/signals.h"

#include <atomic>
#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

#include "client/command/child/running_groups.h"
#include "client/command/connection/exit_status.h"

namespace client::command {
namespace {

std::atomic<int> signal_pipe_in{-1}, signal_pipe_out{-1};
std::atomic<int> first_to_end{0};  // 0: nobody has asked for the end
static_assert(std::atomic<int>::is_always_lock_free, "else no signal handler may use it");

bool asks_for_the_end(int number) {
  return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

bool asks_again(int number) {
  int first = 0;
  if (!asks_for_the_end(number) || first_to_end.compare_exchange_strong(first, number)) return false;
  // A terminal that goes away may say SIGHUP twice.
  return number != SIGHUP || first != SIGHUP;
}

void on_signal(int number) {
  const int error = errno;
  if (asks_again(number)) {
    end_running_groups();
    ::_exit(static_cast<int>(ExitStatus::interrupted));
  }
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
  first_to_end = 0;
  // What waits for a slow reader of our output ends with those.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) handle(number, on_signal, 0);
  for (const int number : {SIGWINCH, SIGCONT}) handle(number, on_signal, SA_RESTART);
  handle(SIGPIPE, SIG_IGN, 0);
}

Signals::~Signals() {
  for (const auto& [number, action] : before_) ::sigaction(number, &action, nullptr);
  ::close(signal_pipe_in.exchange(-1));
  ::close(signal_pipe_out.exchange(-1));
}

void Signals::take_suspension() {
  handle(SIGTSTP, on_signal, SA_RESTART);
}

void Signals::suspend() {
  struct sigaction usual {
  }, ours{};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGTSTP, &usual, &ours);
  ::raise(SIGTSTP);
  ::sigaction(SIGTSTP, &ours, nullptr);
}

void Signals::handle(int number, void (*handler)(int), int flags) {
  struct sigaction action {
  }, before{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(number, &action, &before);
  // nohup, and shells without job control.
  if ((number == SIGHUP || number == SIGTSTP) && before.sa_handler == SIG_IGN)
    ::sigaction(number, &before, nullptr);
  else
    before_.emplace_back(number, before);
}

int Signals::descriptor() const {
  return signal_pipe_out;
}

int Signals::take() {
  char byte = 0;
  return ::read(signal_pipe_out, &byte, 1) == 1 ? byte : 0;
}

}  // namespace client::command

#include "client/command/output/output.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "text/printable.h"

namespace client::command {

bool Output::is_terminal() const {
  return ::isatty(descriptor_) == 1;
}

void Output::line(std::string_view text) {
  write(std::string(text) + "\n");
}

void Output::write(std::string_view text) {
  if (is_closed_ || write_all(descriptor_, text)) return;
  const int error = errno;
  is_closed_ = true;
  if (error != EPIPE && error != EINTR) complain(std::string("standard output: ") + std::strerror(error));
  if (const auto call = std::exchange(when_closed_, nullptr)) call(error);
}

namespace {

// Room for more, or an error; what has nothing to do with the end, such as another size of the terminal, does
// not interrupt it.
bool wait_for_room(int descriptor) {
  sigset_t blocked;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (const int number : {SIGWINCH, SIGCONT}) sigaddset(&blocked, number);
  pollfd room{descriptor, POLLOUT, 0};
  return ::ppoll(&room, 1, nullptr, &blocked) >= 0;
}

}  // namespace

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
      continue;
    }
    if (errno != EAGAIN || !wait_for_room(descriptor)) return false;
  }
  return true;
}

KeptFlags::KeptFlags(int descriptor) : descriptor_(descriptor), flags_(::fcntl(descriptor, F_GETFL)) {}

KeptFlags::~KeptFlags() {
  if (flags_ >= 0) ::fcntl(descriptor_, F_SETFL, flags_);
}

void complain(std::string_view text) {
  std::fprintf(stderr, "wampd: %s\n", text::printable(text, true).c_str());
}

}  // namespace client::command

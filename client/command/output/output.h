// Standard output, line by line: each is written at once and whole, so that a pipe's reader has it.
//
// One thread.
#pragma once

#include <functional>
#include <string_view>

namespace client::command {

class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool is_terminal() const;
  void line(std::string_view text);
  void write(std::string_view text);
  // Called once with errno, when it cannot be written any more: EPIPE if nobody reads it, EINTR if a signal
  // has come while it waited for a reader. What is written from then on is dropped.
  void when_closed(std::function<void(int error)> call) { when_closed_ = std::move(call); }

 private:
  int descriptor_;
  bool is_closed_ = false;
  std::function<void(int error)> when_closed_;
};

// All of the text, also to a descriptor that does not block. False, with errno, if it cannot be written or a
// signal has come; but SIGWINCH and SIGCONT do not matter.
bool write_all(int descriptor, std::string_view text);

// What a descriptor is like (whether it blocks) belongs to all who have it, such as the shell: it is as it
// was when this is destroyed.
class KeptFlags {
 public:
  explicit KeptFlags(int descriptor);
  ~KeptFlags();
  KeptFlags(const KeptFlags&) = delete;
  KeptFlags& operator=(const KeptFlags&) = delete;

 private:
  int descriptor_, flags_;
};

// "wampd: TEXT" on standard error, fit for a terminal.
void complain(std::string_view text);

}  // namespace client::command

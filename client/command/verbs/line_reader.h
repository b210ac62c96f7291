// Lines of a descriptor as they come, for a loop.
//
// On the loop's thread; outlives the loop's run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "client/command/output/output.h"
#include "client/loop.h"

namespace client::command {

class LineReader {
 public:
  LineReader(Loop& loop, int descriptor, std::function<void()> when_there)
      : loop_(loop), descriptor_(descriptor), when_there_(std::move(when_there)) {}
  ~LineReader() { loop_.forget(descriptor_); }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next one, without its end. If there is none yet, `when_there` is called when there may be. Throws
  // std::invalid_argument if it is longer than 16 MiB, and goes on behind it the next time, and
  // std::runtime_error if the descriptor cannot be read.
  std::optional<std::string> next();
  // Of the last that was given or refused; the first is 1.
  uint64_t number() const { return number_; }
  // There are no more.
  bool is_at_end() const { return has_ended_ && buffer_.empty(); }

 private:
  std::optional<std::string> take(size_t size, size_t with_end);
  void read();

  Loop& loop_;
  int descriptor_;
  KeptFlags flags_{descriptor_};
  std::function<void()> when_there_;
  std::string buffer_;
  size_t looked_at_ = 0;  // of it, without a line's end
  uint64_t number_ = 0;
  // is_skipping_: the rest of a line that was refused comes.
  bool has_ended_ = false, is_waiting_ = false, is_skipping_ = false;
  int error_ = 0;  // errno, if it has ended with one
};

}  // namespace client::command

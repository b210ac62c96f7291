// A command of the shell that runs beside a loop: what it reads, what it says, how it ends.
//
// Lives on the loop's thread. Destroyed while it runs, it is killed; when its process ends without that, the
// shell gets SIGTERM from the system.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/loop.h"

namespace client::command {

struct ChildCommand {
  std::string line;                                                   // for /bin/sh
  std::string input;                                                  // all that stands on its standard input
  std::vector<std::pair<std::string, std::string>> environment = {};  // besides our own
  size_t max_output = size_t{16} << 20;                               // bytes; with more it is killed
  std::chrono::milliseconds patience{2000};  // between kill() and an end that cannot be caught
};

struct ChildEnd {
  int status = 0;  // 128 and the signal, if one has ended it
  std::string output = {};
  std::string errors = {};  // the first 64 KiB
  bool said_too_much = false;
  bool is_success() const { return status == 0 && !said_too_much; }
};

class Child {
 public:
  using OnEnd = std::function<void(ChildEnd)>;
  // `on_end` is called once, never within a call of a member; it may destroy the child. Throws
  // std::runtime_error if the system cannot start it.
  Child(Loop& loop, ChildCommand command, OnEnd on_end);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Ends it and what it has started: SIGTERM, and SIGKILL if that does not help.
  void kill();

 private:
  class Inside;
  const std::shared_ptr<Inside> inside_;
};

}  // namespace client::command

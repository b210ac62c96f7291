// The process groups of the commands that run, so that whoever ends at once can end them, too.
//
// One table in a process; any thread, and end_running_groups() also in a signal handler.
#pragma once

#include <cstddef>

#include <sys/types.h>

namespace client::command {

constexpr size_t most_running_groups = 1024;

// Is in the table while it lives.
class RunningGroup {
 public:
  // Throws std::runtime_error if there are too many.
  explicit RunningGroup(pid_t group);
  ~RunningGroup();
  RunningGroup(const RunningGroup&) = delete;
  RunningGroup& operator=(const RunningGroup&) = delete;

 private:
  size_t place_;
};

// SIGKILL to all of them.
void end_running_groups();

}  // namespace client::command

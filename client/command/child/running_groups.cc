#include "client/command/child/running_groups.h"

#include <array>
#include <atomic>
#include <csignal>
#include <stdexcept>
#include <string>

namespace client::command {
namespace {

std::array<std::atomic<pid_t>, most_running_groups> running_groups{};  // 0: nobody
static_assert(std::atomic<pid_t>::is_always_lock_free, "else no signal handler may use it");

}  // namespace

RunningGroup::RunningGroup(pid_t group) : place_(0) {
  for (; place_ < running_groups.size(); ++place_)
    if (pid_t nobody = 0; running_groups[place_].compare_exchange_strong(nobody, group)) return;
  throw std::runtime_error(std::to_string(most_running_groups) + " commands run already");
}

RunningGroup::~RunningGroup() {
  running_groups[place_] = 0;
}

void end_running_groups() {
  for (const auto& group : running_groups)
    if (const pid_t id = group; id > 0) ::kill(-id, SIGKILL);
}

}  // namespace client::command

#include "router/process/heartbeat.h"

namespace router {

Heartbeat::Heartbeat(const std::vector<transport::Loop*>& loops) {
  for (transport::Loop* const loop : loops)
    beats_.push_back({*loop, std::make_shared<std::atomic<bool>>(true)});
}

std::vector<size_t> Heartbeat::stuck() {
  std::vector<size_t> numbers;
  for (size_t i = 0; i < beats_.size(); ++i) {
    const Beat& beat = beats_[i];
    if (beat.has_come->exchange(false))
      beat.loop.post([has_come = beat.has_come] { has_come->store(true); });
    else
      numbers.push_back(i);
  }
  return numbers;
}

}  // namespace router

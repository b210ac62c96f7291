#include "router/dealer/call_table.h"

#include <algorithm>

#include "router/dealer/caller_half.h"
#include "router/memory/value_bytes.h"
#include "transport/memory/has_memory_for.h"

namespace router::dealer {

size_t KeptCall::bytes() const {
  return allocated(sizeof(KeptCall)) + allocated(procedure) + allocated(options.payload_passthru) +
         allocated(details) + payload.held() + transport::allocated(refused);
}

void CallTable::run_due() {
  constexpr int most_at_once = 1000;
  timer_ = SteadyTime::max();
  const SteadyTime now = clock.now();
  SteadyTime earliest = now;
  const auto is_due = [&] { return !deadlines.empty() && deadlines.begin()->first <= now; };
  for (int left = most_at_once; is_due() && (left > 0 || !ring_at); --left) {
    const auto [half, call] = deadlines.begin()->second;
    if (transport::has_memory_for([half = half, call = call] { half->time_out(*call); })) continue;
    earliest = now + LeftoverWork::pause_without_memory;
    break;
  }
  go_on_ending(earliest);
}

void CallTable::end(LeftoverWork::Work& of_member) noexcept {
  ending.begin_turn();
  ending.add(of_member);
  if (!ending.empty()) go_on_ending(clock.now());
}

void CallTable::go_on_ending(SteadyTime earliest) noexcept {
  const SteadyTime begin = clock.now();
  while (!ending.empty() && !(ring_at && clock.now() >= begin + LeftoverWork::most_at_a_time)) {
    if (transport::has_memory_for([this] { ending.go_on(); })) continue;
    earliest = begin + LeftoverWork::pause_without_memory;
    break;
  }
  ring(ending.empty() ? SteadyTime::max() : begin, earliest);
}

void CallTable::ring(SteadyTime leftover, SteadyTime earliest) noexcept {
  const SteadyTime deadline = deadlines.empty() ? SteadyTime::max() : deadlines.begin()->first;
  const SteadyTime next = std::max(std::min(deadline, leftover), earliest);
  if (next >= timer_ || !ring_at) [[likely]]
    return;
  timer_ = next;
  // Without memory for it, the next call that has a deadline tries again.
  if (!transport::has_memory_for([&] { ring_at(next); })) timer_ = SteadyTime::max();
}

}  // namespace router::dealer

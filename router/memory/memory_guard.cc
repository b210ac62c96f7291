#include "router/memory/memory_guard.h"

#include <algorithm>
#include <array>

namespace router {
namespace {

// Percent of the limit at which a stage is entered; it is left below that minus the slack.
constexpr std::array<uint64_t, 4> entered_at = {0, 70, 80, 90};
constexpr uint64_t slack = 5;

uint64_t percent(uint64_t used, uint64_t limit) {
  return limit == 0 ? 0 : used / (limit / 100 + 1);
}

uint64_t above_shedding(uint64_t used, uint64_t limit) {
  const uint64_t mark = limit / 100 * (entered_at.back() - slack);
  return limit == 0 || used <= mark ? 0 : used - mark;
}

}  // namespace

bool MemoryGuard::look(const MemoryUse& use) {
  const uint64_t level =
      std::max({percent(use.resident, limits_.resident), percent(use.buffered, limits_.buffered),
                percent(use.addresses, limits_.addresses)});
  resident_.store(use.resident, std::memory_order_relaxed);
  buffered_.store(use.buffered, std::memory_order_relaxed);
  excess_.store(std::max({above_shedding(use.resident, limits_.resident),
                          above_shedding(use.buffered, limits_.buffered),
                          above_shedding(use.addresses, limits_.addresses)}),
                std::memory_order_relaxed);

  const auto before = static_cast<size_t>(stage());
  size_t now = before;
  while (now + 1 < entered_at.size() && level >= entered_at[now + 1]) ++now;
  while (now > 0 && level + slack < entered_at[now]) --now;
  stage_.store(static_cast<MemoryStage>(now), std::memory_order_relaxed);
  return now != before;
}

}  // namespace router

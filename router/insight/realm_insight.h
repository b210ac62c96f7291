// What of a realm can be seen without its lock.
//
// The realm's; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "router/base/clock.h"
#include "router/dealer/call_table.h"
#include "router/member/branch.h"
#include "router/statistics/rates.h"
#include "router/taps/taps.h"

namespace router::insight {

struct RealmInsight {
  const std::string name;
  const Clock& clock;
  const WallTime since;                                                // it counts
  const std::vector<std::unique_ptr<Branch>>& branches;                // by worker
  const std::vector<std::unique_ptr<dealer::CallTable>>& call_tables;  // by worker
  Rates procedure_rates, topic_rates;
  Taps taps;

  // After a tap has come or gone, under the realm's lock: so the branches' sessions ask whether to be shown.
  void tell_branches_of_taps() const {
    const bool any = !taps.empty();
    for (const auto& branch : branches) branch->is_tapped.store(any, std::memory_order_relaxed);
  }
};

}  // namespace router::insight

#include "router/realm/realm_time.h"

#include "transport/loop/alarm.h"

namespace router {

void keep_time_on(const std::vector<transport::Loop*>& loops, const std::shared_ptr<Realm>& realm) {
  const auto ring = [&realm](transport::Loop& loop, const auto& run) {
    const auto alarm = std::make_shared<transport::Alarm>(loop, [weak = std::weak_ptr(realm), run] {
      if (const auto alive = weak.lock()) run(*alive);
    });
    return [alarm](SteadyTime time) { alarm->ring_by(time); };
  };
  realm->set_timer(ring(*loops.front(), [](Realm& due) { due.run_due(); }));
  for (uint32_t worker = 0; worker < loops.size(); ++worker)
    realm->set_timer_of_calls(worker,
                              ring(*loops[worker], [worker](Realm& due) { due.run_due_calls(worker); }));
}

}  // namespace router

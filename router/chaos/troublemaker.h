// Lets things go wrong on all connections of a router, for those who test their clients.
//
// Any thread. Outlives the connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "router/chaos/plan.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"

namespace router::chaos {

class Troublemaker {
 public:
  // Without a seed in the plan it has one that nobody has chosen.
  explicit Troublemaker(const Plan& plan);

  // With the seed.
  std::string plan() const { return to_text(plan_); }

  // For the next connection, of that worker: what is to sit on it in the place of the session. `kill`: ends
  // the session as an administrator does.
  std::unique_ptr<transport::Receiver> trouble(Worker& worker, serializers::Format format,
                                               std::unique_ptr<transport::Receiver> session,
                                               std::function<void()> kill);

 private:
  const Plan plan_;
  std::atomic<uint64_t> connections_ = 0;  // until now
};

}  // namespace router::chaos

#include "router/chaos/troublemaker.h"

#include <utility>

#include "router/base/id_source.h"
#include "router/chaos/fate.h"
#include "router/chaos/unreliable_receiver.h"

namespace router::chaos {
namespace {

Plan with_seed(Plan plan) {
  if (!plan.seed) plan.seed = random_seed();
  return plan;
}

}  // namespace

Troublemaker::Troublemaker(const Plan& plan) : plan_(with_seed(plan)) {}

std::unique_ptr<transport::Receiver> Troublemaker::trouble(Worker& worker, serializers::Format format,
                                                           std::unique_ptr<transport::Receiver> session,
                                                           std::function<void()> kill) {
  const uint64_t number = ++connections_;
  const auto after = [&loop = worker.loop()](std::chrono::milliseconds delay, std::function<void()> work) {
    loop.after(delay, std::move(work));
  };
  return std::make_unique<UnreliableReceiver>(UnreliableReceiver::Parts{
      std::move(session), std::move(kill), format, fate_of_connection(plan_, number), number,
      worker.counters(), [&worker] { return worker.shutting_down(); }, after});
}

}  // namespace router::chaos

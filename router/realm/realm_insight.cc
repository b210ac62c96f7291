// What is seen of the realm: its numbers, its slow calls, its messages.
#include <thread>
#include <utility>

#include "router/base/log.h"
#include "router/config/wording.h"
#include "router/insight/tap_events.h"
#include "router/realm/realm.h"
#include "transport/memory/has_memory_for.h"

namespace router {

void Realm::inspect(const std::function<bool(const RealmState&)>& some,
                    const std::function<void()>& end_slice) const {
  constexpr int most_in_a_row = 16;
  for (int pieces = 1;; ++pieces) {
    bool is_all = false;
    {
      const Lock lock(mutex_);
      is_all = !some(state_);
    }
    if (end_slice) end_slice();
    if (is_all) return;
    // Others wait for the lock, and have to wake up first.
    if (pieces % most_in_a_row == 0) std::this_thread::yield();
  }
}

void Realm::pin(const PinnedUris& procedures, const PinnedUris& topics) {
  for (const auto& branch : branches_) {
    branch->procedure_numbers.pin(procedures);
    branch->topic_numbers.pin(topics);
  }
}

// ---- slow calls

void Realm::tell_slow(dealer::SlowCall call) {
  if (call.procedure.empty()) {
    const Lock lock(mutex_);
    if (const auto* const registration = state_.dealer.registrations().find(call.registration))
      call.procedure = registration->procedure;
  }
  const auto ms = [](std::chrono::milliseconds time) { return int64_t{time.count()}; };
  log::warning(log::Kind::slow_call,
               "slow call of " + config::in_quotes(call.procedure) + " by session " +
                   std::to_string(call.caller.value) + ": " + std::to_string(ms(call.took)) + " ms, " +
                   std::to_string(ms(call.waited)) + " ms of it for a free callee; " + call.outcome,
               {{"event", "slow_call"},
                {"realm", config_.name},
                {"procedure", call.procedure},
                {"caller", call.caller.value},
                {"callee", call.callee.value},
                {"ms", ms(call.took)},
                {"waited_ms", ms(call.waited)},
                {"outcome", call.outcome}});
}

// ---- taps

void Realm::sweep_taps() {
  if (!branches_.front()->is_tapped.load(std::memory_order_relaxed)) return;
  std::vector<Taps::Ended> ended;
  turn([&](RealmState& state) {
    ended = insight_.taps.take_ended(
        clock_.now(), [&](wamp::SessionId session) { return state.members.find(session) != nullptr; },
        [&](const Tap& tap) {
          const auto permissions = state.authorizer.role(state.members.find(tap.owner)->identity->authrole);
          return permissions && insight::may_go_on(*permissions, tap);
        },
        [&](const std::string& topic) {
          const auto* const subscription = state.broker.find(topic, wamp::MatchPolicy::exact);
          return subscription && subscription->has_subscribers();
        });
    for (const Taps::Ended& end : ended) insight::publish_tap(state, end.tap, end.reason);
    insight_.tell_branches_of_taps();
  });
  for (const Taps::Ended& end : ended) insight::log_tap(insight_, end.tap, end.reason);
}

void Realm::show(const Seat& seat, const SeenMessage& message) noexcept {
  uint64_t dropped = 0;
  const bool is_shown = transport::has_memory_for([&] {
    const auto showings = insight_.taps.look(message, seat.ref.session, seat.identity->authid, clock_.now(),
                                             seat.branch.ids.next(), dropped);
    for (const Taps::Showing& showing : showings) {
      const RoutedPayload event = make_payload(insight::shown(showing, message, seat, clock_.wall_time()));
      bool is_sent = false;
      turn([&](RealmState& state) {
        is_sent = state.broker.publish_exactly(Tap::topic_of(showing.tap), event, state.outbox);
      });
      if (is_sent) continue;
      insight_.taps.on_lost(showing);
      ++dropped;
    }
  });
  seat.branch.counters.taps_dropped.add(dropped + !is_shown);
}

}  // namespace router

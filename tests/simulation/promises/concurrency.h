// No callee has more calls of a registration at a time than it has said it can do.
//
// Only calls are counted that surely go on: the caller is there, has not canceled and waits for the answer.
#pragma once

#include <algorithm>
#include <string>

#include "tests/simulation/promise.h"

namespace simulation {

class Concurrency final : public Promise {
 public:
  Concurrency(const Ledger& ledger, Journal& journal) : Promise("Concurrency", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    const auto* invocation = heard.get<wamp::Invocation>();
    if (!invocation || (heard.stamp && heard.stamp->part > 0)) return;
    const uint64_t registration = invocation->registration.value;
    const auto held = heard.who.registrations.find(registration);
    if (held == heard.who.registrations.end() || held->second.concurrency == 0) return;
    const auto going_on = std::count_if(
        heard.who.invocations.begin(), heard.who.invocations.end(),
        [&](const auto& owed) { return owed.second.registration == registration && goes_on(owed.second); });
    require(static_cast<uint64_t>(going_on) < held->second.concurrency, heard.who,
            "gets more calls than its concurrency " + std::to_string(held->second.concurrency));
  }

 private:
  bool goes_on(const OwedAnswer& owed) const {
    if (!owed.call || owed.is_interrupted || owed.call->is_canceled || owed.call->is_answered) return false;
    if (owed.call->deadline && *owed.call->deadline <= ledger_.now()) return false;
    const Life& caller = ledger_.life(owed.call->caller);
    return caller.is_surely_present() && !caller.is_slow;
  }
};

}  // namespace simulation

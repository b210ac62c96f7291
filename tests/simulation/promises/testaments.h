// A testament is published when its session has ended, and once.
#pragma once

#include <set>
#include <string>
#include <tuple>

#include "tests/simulation/promise.h"

namespace simulation {

class Testaments final : public Promise {
 public:
  Testaments(const Ledger& ledger, Journal& journal) : Promise("Testaments", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    const auto* event = heard.get<wamp::Event>();
    if (!event || !heard.stamp || heard.stamp->part != Stamp::testament_part) return;
    const Life& testator = ledger_.life(heard.stamp->life);
    require(!testator.is_surely_present(), heard.who,
            "hears the testament of " + std::to_string(testator.number) + ", which has not left");
    require(heard_.insert({heard.who.number, event->subscription.value, heard.stamp->number}).second,
            heard.who, "hears a testament twice");
  }

 private:
  std::set<std::tuple<uint64_t, uint64_t, uint64_t>> heard_;  // session, subscription, stamp
};

}  // namespace simulation

// An event that is published after its subscriber has heard SUBSCRIBED, and before it says UNSUBSCRIBE or
// its last word, is heard, and heard once. Only policies for slow subscribers may let it give way.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/simulation/promise.h"

namespace simulation {

class EventsArrive final : public Promise {
 public:
  EventsArrive(const Ledger& ledger, Journal& journal) : Promise("EventsArrive", ledger, journal) {}

  void on_said(const Spoken& said) override;
  void on_heard(const Spoken& heard) override;
  void on_over(const Life& life) override { expected_.erase(life.number), heard_.erase(life.number); }
  void at_rest() override;

 private:
  void expect(const Life& subscriber, const Spoken& publication, const wamp::Publish& message);
  void require_none_missing(const Life& life, uint64_t subscription) const;

  using Events = std::map<uint64_t, std::set<uint64_t>>;  // stamps by subscription
  std::map<uint64_t, Events> expected_, heard_;           // by life
};

}  // namespace simulation

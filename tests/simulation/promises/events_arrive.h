// An event that is published after its subscriber has heard SUBSCRIBED is heard, and heard once, if the
// subscriber does not say UNSUBSCRIBE or its last word before the read has ended in which the event was
// published. Nor does it reach for certain who changes its node key meanwhile. Only policies for slow subscribers may let it give way.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/promise.h"

namespace simulation {

class EventsArrive final : public Promise {
 public:
  EventsArrive(const Ledger& ledger, Journal& journal) : Promise("EventsArrive", ledger, journal) {}

  void on_said(const Spoken& said) override;
  void on_sent(uint32_t worker) override;
  void on_heard(const Spoken& heard) override;
  void on_over(const Life& life) override { expected_.erase(life.number), heard_.erase(life.number); }
  void at_rest() override;

 private:
  struct Unsent {
    uint32_t worker;  // the publisher's
    uint64_t subscriber, subscription, stamp;
    std::string node;  // the subscriber's
  };
  void expect(const Life& subscriber, const Spoken& publication, const wamp::Publish& message);
  void require_none_missing(const Life& life, uint64_t subscription) const;

  using Events = std::map<uint64_t, std::set<uint64_t>>;  // stamps by subscription
  std::map<uint64_t, Events> expected_, heard_;           // by life
  std::vector<Unsent> unsent_;
};

}  // namespace simulation

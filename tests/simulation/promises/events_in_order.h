// Events of one publisher come to one subscriber in the order in which they were published; kept ones, by
// retention or from a history, behind the SUBSCRIBED that brings them and before newer ones.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "tests/simulation/promise.h"

namespace simulation {

class EventsInOrder final : public Promise {
 public:
  EventsInOrder(const Ledger& ledger, Journal& journal) : Promise("EventsInOrder", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    if (const auto* m = heard.get<wamp::Subscribed>())
      newest_.erase({heard.who.number, m->subscription.value});
    const auto* event = heard.get<wamp::Event>();
    if (!event || !heard.stamp || heard.stamp->part == Stamp::testament_part) return;
    auto& newest = newest_[{heard.who.number, event->subscription.value}][heard.stamp->life];
    if (is_kept(*event))
      return require(
          newest < heard.stamp->number, heard.who,
          "hears kept event " + std::to_string(heard.stamp->number) + " behind " + std::to_string(newest));
    newest = heard.stamp->number;
    check_live(heard, *event);
  }

 private:
  // A conflated event takes the place of an older one of its topic, and so overtakes those of others.
  void check_live(const Spoken& heard, const wamp::Event& event) {
    const bool may_overtake = heard.who.loses_events();
    const std::string of = may_overtake ? text_of(event.details, "topic") : "";
    const uint64_t subscription = may_overtake ? event.subscription.value : 0;
    auto& last = last_[{heard.who.number, heard.stamp->life, subscription, of}];
    require(last <= heard.stamp->number, heard.who,
            "hears event " + std::to_string(heard.stamp->number) + " behind " + std::to_string(last));
    last = heard.stamp->number;
  }

  using Publisher = uint64_t;
  // By session, publisher, and what is kept in order beside each other.
  std::map<std::tuple<uint64_t, Publisher, uint64_t, std::string>, uint64_t> last_;
  // By session and subscription: live ones since SUBSCRIBED.
  std::map<std::pair<uint64_t, uint64_t>, std::map<Publisher, uint64_t>> newest_;
};

}  // namespace simulation

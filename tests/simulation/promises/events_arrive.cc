#include "tests/simulation/promises/events_arrive.h"

#include <algorithm>

#include "wamp/attributes.h"

namespace simulation {
namespace {

bool matches(const HeldTopic& held, std::string_view topic) {
  if (held.match == wamp::MatchPolicy::prefix) return topic.starts_with(held.topic);
  if (held.match == wamp::MatchPolicy::wildcard) return wamp::matches_wildcard(held.topic, topic);
  return topic == held.topic;
}

bool lists(const wamp::Value& list, uint64_t session) {
  for (const wamp::Value& item : *list.get<wamp::List>())
    if (wamp::as_id(item) == session) return true;
  return false;
}

// It has asked for the subscription once more, perhaps with another node key.
bool is_changing(const Life& life, const HeldTopic& held) {
  return std::ranges::any_of(life.requests, [&](const auto& request) {
    return request.first.first == wamp::MessageType::subscribe && request.second.uri == held.topic &&
           request.second.match == held.match;
  });
}

bool is_for(const wamp::Publish& message, const Life& publisher, const Life& subscriber) {
  const wamp::Value* exclude_me = message.options.find("exclude_me");
  const bool wants_own = exclude_me && !*exclude_me->get<bool>();
  if (&publisher == &subscriber && !wants_own) return false;
  const wamp::Value* exclude = message.options.find("exclude");
  const wamp::Value* eligible = message.options.find("eligible");
  return !(exclude && lists(*exclude, subscriber.session)) &&
         !(eligible && !lists(*eligible, subscriber.session));
}

}  // namespace

void EventsArrive::on_said(const Spoken& said) {
  const auto* publication = said.get<wamp::Publish>();
  if (!publication || !said.stamp || !said.who.is_surely_present() || said.who.is_asked) return;
  for (const Life* life : ledger_.going_on())
    if (life->is_surely_present() && !life->is_stripped && is_for(*publication, said.who, *life))
      expect(*life, said, *publication);
}

void EventsArrive::expect(const Life& subscriber, const Spoken& publication, const wamp::Publish& message) {
  const bool is_sharded = message.options.find("rkey");
  for (const auto& [id, held] : subscriber.subscriptions) {
    if (!matches(held, message.topic) || (is_sharded && !held.node.empty())) continue;
    // It may move to another node, and then a sharded event comes or not.
    if (is_sharded && subscriber.requests.size() > 0) continue;
    if (subscriber.gives_up(wamp::MessageType::unsubscribe, id)) continue;
    unsent_.push_back({publication.who.worker, subscriber.number, id, publication.stamp->number, held.node});
  }
}

void EventsArrive::on_sent(uint32_t worker) {
  const auto sent = std::stable_partition(unsent_.begin(), unsent_.end(),
                                          [worker](const Unsent& one) { return one.worker != worker; });
  for (auto one = sent; one != unsent_.end(); ++one) {
    const Life& life = ledger_.life(one->subscriber);
    const auto held = life.subscriptions.find(one->subscription);
    if (!life.is_surely_present() || held == life.subscriptions.end() || held->second.node != one->node ||
        is_changing(life, held->second) || life.gives_up(wamp::MessageType::unsubscribe, one->subscription))
      continue;
    if (!heard_[life.number][one->subscription].contains(one->stamp))
      expected_[life.number][one->subscription].insert(one->stamp);
  }
  unsent_.erase(sent, unsent_.end());
}

void EventsArrive::on_heard(const Spoken& heard) {
  if (const auto* m = heard.get<wamp::Unsubscribed>(); m && m->request != wamp::RequestId()) {
    const auto request = heard.who.requests.find({wamp::MessageType::unsubscribe, m->request.value});
    if (request != heard.who.requests.end()) require_none_missing(heard.who, request->second.held);
  }
  if (const auto* m = heard.get<wamp::Goodbye>(); m && heard.who.is_leaving && !heard.who.is_doomed)
    for (const auto& [subscription, held] : heard.who.subscriptions)
      require_none_missing(heard.who, subscription);
  const auto* event = heard.get<wamp::Event>();
  if (!event || !heard.stamp || heard.stamp->part == Stamp::testament_part) return;
  if (is_kept(*event)) return;
  expected_[heard.who.number][event->subscription.value].erase(heard.stamp->number);
  require(heard_[heard.who.number][event->subscription.value].insert(heard.stamp->number).second, heard.who,
          "hears event " + std::to_string(heard.stamp->number) + " twice");
}

void EventsArrive::require_none_missing(const Life& life, uint64_t subscription) const {
  const auto expected = expected_.find(life.number);
  if (expected == expected_.end() || life.is_slow || life.loses_events() || life.is_stripped) return;
  const auto missing = expected->second.find(subscription);
  if (missing != expected->second.end() && !missing->second.empty())
    require(false, life,
            "does not hear event " + std::to_string(*missing->second.begin()) + " of subscription " +
                std::to_string(subscription));
}

void EventsArrive::at_rest() {
  for (const Life* life : ledger_.going_on())
    if (life->is_surely_present() && !life->loses_events())
      for (const auto& [id, held] : life->subscriptions) require_none_missing(*life, id);
}

}  // namespace simulation

// What the broker keeps for those who come later: retained events, histories, and their store.
#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

#include "router/broker/broker.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router::broker {

std::vector<Subscription*> Broker::add_histories(const std::vector<config::EventHistory>& histories) {
  std::vector<Subscription*> all;
  for (const config::EventHistory& kept : histories) {
    Subscription& subscription = add_subscription(kept.uri, kept.match, {});
    subscription.history = std::make_unique<EventHistory>(
        kept.limit, limits_.history_bytes, transport::Charge(account_, holding::histories), kept_);
    subscription.history_place = static_cast<uint32_t>(all.size());
    all.push_back(&subscription);
  }
  return all;
}

std::unique_ptr<const Broker::HistoryIndex> Broker::index_of(const std::vector<Subscription*>& histories) {
  auto index = std::make_unique<HistoryIndex>();
  for (Subscription* const one : histories) index->add(one->topic, one->match, one);
  return index;
}

void Broker::restore(const StoredEvents& stored) {
  assert(stored.histories.size() <= histories_.size());
  for (size_t place = 0; place < stored.histories.size(); ++place)
    for (const StoredEventRef& event : stored.histories[place]) {
      EventHistory& history = *histories_[place]->history;
      for (bool done = history.add(event); !done;) done = history.drop_some();
    }
  // What the limits have no room for, lowered since, is left out.
  for (const StoredEventRef& event : stored.retained) retained_.add(event, now());
}

Timestamp Broker::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(clock_.wall_time());
}

size_t Broker::most_looked_at() const {
  return std::max<size_t>(1000, 2 * size_t{limits_.replay_events});
}

std::optional<Refusal> Broker::find_replay(const Subscription* subscription, const SubscribeOptions& options,
                                           const Member& subscriber, KeptFor& replay) const {
  if (!options.replay) return std::nullopt;
  if (!subscription || !subscription->history)
    return Refusal{wamp::error_uri::history_unavailable, "no event history is kept for this subscription"};
  HistorySearch search(*options.replay, false, {limits_.replay_events, limits_.replay_bytes});
  if (!search.go_on(*subscription->history, subscriber, most_looked_at()))
    return Refusal{
        wamp::error_uri::too_many_requests,
        "more than " + std::to_string(most_looked_at()) +
            " events of the history would have to be looked at: name a later time or publication, or "
            "a limit, or call wamp.subscription.get_events"};
  const HistorySelection& selection = search.selection();
  if (selection.unknown_publication)
    return Refusal{wamp::error_uri::invalid_argument,
                   "SUBSCRIBE.Options._replay names a publication that is not, or no longer, in the history"};
  if (selection.has_more && !options.replay->limit)
    return Refusal{wamp::error_uri::too_many_requests,
                   "there are more events than one SUBSCRIBE may bring (" +
                       std::to_string(limits_.replay_events) + " events, " +
                       std::to_string(limits_.replay_bytes) +
                       " bytes): ask for fewer, or give a limit and get the newest"};
  replay = {{selection.events.rbegin(), selection.events.rend()}, selection.bytes};
  return std::nullopt;
}

std::optional<Refusal> Broker::find_retained(const wamp::Subscribe& message, wamp::MatchPolicy match,
                                             const Member& subscriber, const KeptFor& replay,
                                             KeptFor& retained) {
  std::set<wamp::PublicationId> replayed;
  for (const StoredEventRef& event : replay.events) replayed.insert(event->publication);
  const Timestamp at = now();
  uint64_t looked_at = 0;
  bool too_many = false;
  retained_.for_each_match(message.topic, match, at, [&](const std::vector<StoredEventRef>& events) {
    const auto latest = std::find_if(events.rbegin(), events.rend(), [&](const StoredEventRef& event) {
      ++looked_at;
      return !(event->expiry && *event->expiry <= at) && event->admits(subscriber);
    });
    // Those that are for others cost as much.
    too_many = looked_at > most_looked_at();
    if (too_many) return false;
    if (latest == events.rend() || replayed.contains((*latest)->publication)) return true;
    retained.bytes += (*latest)->bytes();
    too_many = retained.events.size() == limits_.replay_events ||
               (retained.bytes > limits_.replay_bytes && !retained.events.empty());
    if (!too_many) retained.events.push_back(*latest);
    return !too_many;
  });
  if (!too_many) return std::nullopt;
  return Refusal{wamp::error_uri::too_many_requests,
                 "more retained events match than one SUBSCRIBE may bring (" +
                     std::to_string(limits_.replay_events) + " events, " +
                     std::to_string(limits_.replay_bytes) + " bytes): subscribe to a narrower pattern"};
}

void Broker::add_kept(const Member& subscriber, const Subscription& subscription,
                      const std::optional<Subscription::Joining>& joining, KeptFor&& kept, const char* mark,
                      Together& mail) {
  std::vector<StoredEventRef> events = std::move(kept.events);
  const SubscriptionNode* const node =
      joining ? joining->node : subscriber.subscriptions.find(subscription.id.value)->node;
  if (!node->key.empty())
    std::erase_if(events, [&](const StoredEventRef& event) {
      const bool is_others = !event->resource_key.empty() &&
                             subscription.key_for(event->resource_key, joining) != node->key.text;
      if (is_others) kept.bytes -= event->bytes();
      return is_others;
    });
  if (events.empty()) return;
  const size_t bytes = kept.bytes + transport::allocated(events);
  std::reverse(events.begin(), events.end());
  auto next = [to = subscriber.ref, id = subscription.id, match = subscription.match,
               newest_first = std::move(events), mark]() mutable -> std::optional<Delivery> {
    if (newest_first.empty()) return std::nullopt;
    const StoredEventRef event = std::move(newest_first.back());
    newest_first.pop_back();
    wamp::Event message;
    message.subscription = id;
    message.publication = event->publication;
    message.details = event_details(match, event->topic, event->details);
    message.details.append(mark, true);
    return Delivery(to, std::move(message), RoutedPayload(event->payload));
  };
  mail.mail.emplace_back(
      KeptEvents{subscriber.ref, std::move(next), subscriber.charge(holding::events, bytes)});
}

StoredEvent Broker::stored_event(const Publication& publication) const {
  StoredEvent event;
  event.publication = publication.id;
  event.time = now();
  event.topic = publication.message.topic;
  event.resource_key = publication.options.resource_key;
  event.details = publication.details;
  event.payload = publication.payload;
  event.filter = publication.options.filter;
  if (publication.options.exclude_me) event.excluded = publication.publisher.ref.session;
  if (publication.options.retain_ttl)
    event.expiry = event.time + *publication.options.retain_ttl;
  else if (limits_.retained_ttl_ms > 0)
    event.expiry = event.time + std::chrono::milliseconds(limits_.retained_ttl_ms);
  return event;
}

Broker::Answer Broker::keep(const Publication& publication, Outbox& outbox) {
  const PublishOptions& options = publication.options;
  const bool lasts = !options.filter || options.filter->outlives_sessions();
  std::vector<Subscription*> histories;
  if (lasts)
    history_index_->match_all(publication.message.topic,
                              [&histories](Subscription& s) { histories.push_back(&s); });
  if (histories.empty() && !options.retain) return Answer::now;

  const auto refuse = [&](std::string_view error_uri, std::string why) {
    outbox.refuse(publication.publisher.ref, wamp::Publish::type, publication.message.request,
                  {error_uri, std::move(why)});
    return Answer::refused;
  };
  const bool has_room = store_ && lasts && store_->has_room();
  if (store_ && lasts && !has_room) {
    if (options.acknowledge) return refuse(wamp::error_uri::unavailable, "the store cannot keep up");
    store_->count_lost();
  }
  const auto event = std::make_shared<const StoredEvent>(stored_event(publication));
  StoreWrite write;
  if (options.retain) {
    write.retained = retained_.add(event, event->time);
    if (!write.retained) {
      if (options.acknowledge)
        return refuse(wamp::error_uri::too_many_requests, "the realm has no room for another retained event");
      // What was retained before would be taken for the latest.
      retained_.remove(event->topic);
      if (has_room)
        store_->add({.event = {}, .histories = {}, .cleared_topic = event->topic, .acknowledgement = {}});
    }
  }
  for (Subscription* subscription : histories) {
    // One that is large may push out very many.
    if (!subscription->history->add(event))
      work_.add([history = subscription->history.get()] { return history->drop_some(); });
    write.histories.push_back({subscription->history_place, subscription->history->size()});
  }
  if (!has_room || (write.histories.empty() && !write.retained)) return Answer::now;
  write.event = event;
  if (options.acknowledge) {
    write.acknowledgement = {publication.publisher.ref, publication.message.request, publication.id};
  }
  store_->add(std::move(write));
  return options.acknowledge ? Answer::when_stored : Answer::now;
}

std::variant<HistoryPage, Refusal, Broker::Unfinished> Broker::get_events(const Member& caller,
                                                                          wamp::SubscriptionId id,
                                                                          HistorySearch& search) const {
  constexpr size_t most_looked_at = 1000;
  const std::unique_ptr<Subscription>* found = subscriptions_.find(id.value);
  if (!found)
    return Refusal{wamp::error_uri::no_such_subscription,
                   "there is no subscription " + std::to_string(id.value)};
  const Subscription& subscription = **found;
  // A dynamic authorizer has been asked about it if it is the caller's subscription.
  const bool may_subscribe =
      caller.permissions->verdicts()
          ? caller.subscriptions.find(id.value) != nullptr
          : caller.permissions->authorize(Action::subscribe, subscription.topic).allowed;
  if (!may_subscribe)
    return Refusal{
        wamp::error_uri::not_authorized,
        "role \"" + caller.identity->authrole + "\" may not subscribe \"" + subscription.topic + "\""};
  if (!subscription.history)
    return Refusal{wamp::error_uri::history_unavailable,
                   "no event history is kept for subscription " + std::to_string(id.value)};
  if (!search.go_on(*subscription.history, caller, most_looked_at)) return Unfinished();
  return HistoryPage{subscription.id, subscription.match, std::move(search.selection()),
                     subscription.history->is_limit_reached()};
}

serializers::Arguments history_result(const HistoryPage& page) {
  serializers::Arguments result;
  for (const StoredEventRef& event : page.selection.events) {
    wamp::Dict entry;
    entry.append("timestamp", iso_8601(event->time));
    entry.append("subscription", page.subscription.value);
    entry.append("publication", event->publication.value);
    entry.append("details", event_details(page.match, event->topic, event->details));
    const RoutedPayload& payload = event->payload;
    auto values = serializers::decode_arguments(payload.format, {payload.bytes(), payload.count});
    if (payload.count > 0) entry.append("args", std::move(values.args));
    if (payload.count > 1) entry.append("kwargs", std::move(values.kwargs));
    result.args.emplace_back(std::move(entry));
  }
  result.kwargs.append("is_limit_reached", page.is_limit_reached);
  result.kwargs.append("has_more", page.selection.has_more);
  return result;
}

}  // namespace router::broker

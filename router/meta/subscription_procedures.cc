#include "router/meta/call_arguments.h"
#include "router/meta/id_lists.h"
#include "router/meta/procedures.h"
#include "wamp/error_uris.h"

// "Subscription Meta API".
namespace router::meta {
namespace subscription {
namespace {

using broker::Subscription;
using serializers::Arguments;

// The subscription whose id is the first argument; null, and a refusal, if there is none.
Subscription* find(RealmState& realm, CallArguments& read, std::optional<Refusal>& refusal) {
  const uint64_t id = read.id(0, "subscription");
  refusal = read.refusal();
  if (refusal) return nullptr;
  Subscription* subscription = realm.broker.find(wamp::SubscriptionId(id));
  if (!subscription)
    refusal = Refusal{wamp::error_uri::no_such_subscription,
                      "there is no subscription " + std::to_string(id) + " in this realm"};
  return subscription;
}

Answer list(RealmState& realm, Member&, const Arguments&) {
  IdLists lists;
  realm.broker.for_each_subscription(
      [&](const Subscription& subscription) { lists.add(subscription.match, subscription.id.value); });
  return Arguments{{lists.take()}, {}};
}

Answer lookup(RealmState& realm, Member&, const Arguments& arguments) {
  std::optional<Refusal> refusal;
  const Lookup wanted = read_lookup(arguments, "topic", refusal);
  if (refusal) return *refusal;
  const Subscription* subscription = realm.broker.find(wanted.uri, wanted.match);
  return Arguments{{subscription ? wamp::Value(subscription->id.value) : wamp::Value()}, {}};
}

Answer match(RealmState& realm, Member&, const Arguments& arguments) {
  CallArguments read(arguments);
  const std::string uri = read.string(0, "topic");
  if (read.refusal()) return *read.refusal();
  wamp::List ids;
  realm.broker.match(uri, [&](const Subscription& subscription) { ids.emplace_back(subscription.id.value); });
  return Arguments{{ids.empty() ? wamp::Value() : wamp::Value(std::move(ids))}, {}};
}

// One thing about the subscription whose id is the first argument.
Answer tell_of(RealmState& realm, const Arguments& arguments, wamp::Value (*thing)(const Subscription&)) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  const Subscription* subscription = find(realm, read, refusal);
  if (!subscription) return *refusal;
  return Arguments{{thing(*subscription)}, {}};
}

Answer get(RealmState& realm, Member&, const Arguments& arguments) {
  return tell_of(realm, arguments,
                 [](const Subscription& subscription) { return wamp::Value(subscription.details()); });
}

Answer list_subscribers(RealmState& realm, Member&, const Arguments& arguments) {
  return tell_of(realm, arguments, [](const Subscription& subscription) {
    wamp::List subscribers;
    subscription.for_each_subscriber(
        [&subscribers](const Member& member) { subscribers.emplace_back(member.ref.session.value); });
    return wamp::Value(std::move(subscribers));
  });
}

Answer count_subscribers(RealmState& realm, Member&, const Arguments& arguments) {
  return tell_of(realm, arguments, [](const Subscription& subscription) {
    return wamp::Value(uint64_t{subscription.subscriber_count()});
  });
}

// Crossbar's: (subscription, session, reason).
Answer remove_subscriber(RealmState& realm, Member&, const Arguments& arguments) {
  CallArguments read(arguments);
  std::optional<Refusal> refusal;
  const uint64_t session = read.id(1, "subscriber");
  const std::string reason = revocation_reason(read);
  Subscription* subscription = find(realm, read, refusal);
  if (!subscription) return *refusal;
  Member* subscriber = realm.members.find(wamp::SessionId(session));
  if (!subscriber || !subscriber->subscriptions.find(subscription->id.value))
    return Refusal{wamp::error_uri::no_such_session,
                   "session " + std::to_string(session) + " is not a subscriber of this subscription"};
  realm.broker.revoke(*subscription, *subscriber, reason, realm.outbox);
  return Arguments{};
}

// "Event History".
Answer get_events(RealmState& realm, Member& caller, const Arguments& arguments) {
  auto found = realm.broker.get_events(caller, arguments);
  if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
  return LargeResult(
      [page = std::get<broker::HistoryPage>(std::move(found))] { return history_result(page); });
}

constexpr Procedure procedures[] = {
    {"wamp.subscription.list", list},
    {"wamp.subscription.lookup", lookup},
    {"wamp.subscription.match", match},
    {"wamp.subscription.get", get},
    {"wamp.subscription.list_subscribers", list_subscribers},
    {"wamp.subscription.count_subscribers", count_subscribers},
    {"wamp.subscription.remove_subscriber", remove_subscriber},
    {"wamp.subscription.get_events", get_events},
};

}  // namespace
}  // namespace subscription

std::span<const Procedure> subscription_procedures() {
  return subscription::procedures;
}

}  // namespace router::meta

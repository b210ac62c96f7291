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

Refusal no_such_subscription(uint64_t id) {
  return {wamp::error_uri::no_such_subscription,
          "there is no subscription " + std::to_string(id) + " in this realm"};
}

Reading list(const Asked&) {
  return list_all([](const RealmState& realm, uint64_t from, IdLists& lists) {
    return realm.broker.visit_some_subscriptions(from, [&](const Subscription& subscription) {
      lists.add(subscription.match, subscription.id.value);
    });
  });
}

Reading lookup(const Asked& asked) {
  std::optional<Refusal> refusal;
  const Lookup wanted = read_lookup(asked.arguments, "topic", refusal);
  if (refusal) return *refusal;
  return [wanted](RealmState& realm, Member&) -> Answer {
    const Subscription* subscription = realm.broker.find(wanted.uri, wanted.match);
    return Arguments{{subscription ? wamp::Value(subscription->id.value) : wamp::Value()}, {}};
  };
}

Reading match(const Asked& asked) {
  CallArguments read(asked.arguments);
  const std::string uri = read.string(0, "topic");
  if (read.refusal()) return *read.refusal();
  return [uri](RealmState& realm, Member&) -> Answer {
    Ids ids;
    realm.broker.match(uri, [&](const Subscription& subscription) { ids.push_back(subscription.id.value); });
    if (ids.empty()) return Arguments{{wamp::Value()}, {}};
    return list_of(std::move(ids));
  };
}

// One thing about the subscription whose id is the first argument.
template <class Thing>
Reading tell_of(const Asked& asked, Thing thing) {
  CallArguments read(asked.arguments);
  const uint64_t id = read.id(0, "subscription");
  if (read.refusal()) return *read.refusal();
  return [id, thing](RealmState& realm, Member&) mutable -> Answer {
    const Subscription* subscription = realm.broker.find(wamp::SubscriptionId(id));
    if (!subscription) return no_such_subscription(id);
    return thing(*subscription);
  };
}

Reading get(const Asked& asked) {
  return tell_of(asked, [](const Subscription& subscription) {
    return Arguments{{subscription.details()}, {}};
  });
}

Reading list_subscribers(const Asked& asked) {
  return tell_of(asked,
                 [search = broker::SubscriberSearch()](const Subscription& subscription) mutable -> Answer {
                   if (!search.go_on(subscription)) return Unfinished();
                   return LargeResult([search = std::move(search)]() mutable {
                     return Arguments{{wamp::Value(values_of(search.take_sessions()))}, {}};
                   });
                 });
}

Reading count_subscribers(const Asked& asked) {
  return tell_of(asked, [](const Subscription& subscription) {
    return Arguments{{uint64_t{subscription.subscriber_count()}}, {}};
  });
}

// Crossbar's: (subscription, session, reason).
Reading remove_subscriber(const Asked& asked) {
  CallArguments read(asked.arguments);
  const uint64_t id = read.id(0, "subscription");
  const uint64_t session = read.id(1, "subscriber");
  const std::string reason = revocation_reason(read);
  if (read.refusal()) return *read.refusal();
  return [id, session, reason](RealmState& realm, Member&) -> Answer {
    Subscription* subscription = realm.broker.find(wamp::SubscriptionId(id));
    if (!subscription) return no_such_subscription(id);
    Member* subscriber = realm.members.find(wamp::SessionId(session));
    if (!subscriber || !subscriber->subscriptions.find(subscription->id.value))
      return Refusal{wamp::error_uri::no_such_session,
                     "session " + std::to_string(session) + " is not a subscriber of this subscription"};
    realm.broker.revoke(*subscription, *subscriber, reason, realm.outbox);
    return Arguments{};
  };
}

// "Event History". The filters are keywords; for Crossbar's clients a second argument is a limit, and asks
// for the newest events first.
Reading get_events(const Asked& asked) {
  CallArguments read(asked.arguments);
  const uint64_t id = read.id(0, "subscription");
  if (read.refusal()) return *read.refusal();
  wamp::Dict filters = asked.arguments.kwargs;
  if (asked.arguments.args.size() > 1 && !asked.arguments.args[1].is_null()) {
    filters.set("limit", asked.arguments.args[1]);
    if (!filters.find("reverse")) filters.set("reverse", true);
  }
  const auto query = broker::history_query(filters, "wamp.subscription.get_events");
  if (!query) return Refusal{wamp::error_uri::invalid_argument, query.error().message};
  return [id, query = *query, search = std::optional<broker::HistorySearch>()](
             RealmState& realm, Member& caller) mutable -> Answer {
    if (!search) search = realm.broker.history_search(query);
    auto found = realm.broker.get_events(caller, wamp::SubscriptionId(id), *search);
    if (std::holds_alternative<broker::Broker::Unfinished>(found)) return Unfinished();
    if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
    return LargeResult(
        [page = std::get<broker::HistoryPage>(std::move(found))] { return history_result(page); });
  };
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

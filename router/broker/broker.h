// Subscriptions of one realm, who gets what is published, and what is kept of it.
//
// Pure: takes a message and fills an outbox. No sockets, no threads, no files: what outlasts the program goes
// to a store behind an interface. Guarded by the realm's lock. URIs are valid and actions authorized before
// they come here; a ProtocolError means that the peer's session must be aborted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "router/base/clock.h"
#include "router/base/id_source.h"
#include "router/base/reserved_uri.h"
#include "router/broker/awaited_topics.h"
#include "router/broker/publication.h"
#include "router/broker/subscribe_options.h"
#include "router/broker/subscription.h"
#include "router/broker/topic_route.h"
#include "router/config/config.h"
#include "router/events/event_store.h"
#include "router/events/retained_events.h"
#include "router/mail/outbox.h"
#include "router/matching/route_generations.h"
#include "router/matching/stamped_route.h"
#include "router/matching/uri_index.h"
#include "router/member/member.h"
#include "router/member/request_check.h"
#include "router/tables/id_map.h"
#include "router/tables/leftover_work.h"
#include "transport/counters/counter.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/result.h"

namespace router::broker {

// What wamp.subscription.get_events answers with.
struct HistoryPage {
  wamp::SubscriptionId subscription;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  HistorySelection selection;
  bool is_limit_reached = false;
};

class Broker {
 public:
  // `work` outlives it, for what is too much for a turn, and so does `lost`, which counts events that there
  // was no memory for. `kept`: what all realms keep.
  Broker(const config::Realm& config, IdSource& ids, const Clock& clock, OpenedStore store,
         LeftoverWork& work, transport::Counter& lost,
         std::shared_ptr<const KeptBytes> kept = KeptBytes::unlimited());

  // For what comes next; what is there already stays.
  void set_limits(const config::RealmLimits& limits) {
    limits_ = limits;
    retained_.set_limits(limits.retained_events, limits.retained_bytes);
  }

  // The realm is one of a cluster's. Before anybody subscribes; it outlives the broker.
  void set_neighbourhood(Neighbourhood& neighbourhood) {
    awaited_ = std::make_unique<AwaitedTopics>(neighbourhood);
  }

  // `policy`: if the subscriber is slow. True: it waits, and is answered later.
  bool subscribe(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
                 const SubscribeOptions& options, config::SlowConsumer policy, Outbox& outbox);
  void unsubscribe(Member& subscriber, const wamp::Unsubscribe& message, Outbox& outbox);
  // Where what is published to the topic goes now. A publication that is not kept needs nothing else of the
  // broker.
  StampedRoute<TopicRoute> find_route(std::string_view topic) const;
  // What tells whether that is still so. Any thread.
  const RouteGenerations& generations() const { return generations_; }
  // Keeps it, if it is to be kept, and sends it. `route`: the topic's, as it is now.
  enum class Answer : uint8_t {
    now,
    when_stored,  // the publisher waits until then
    refused,      // it has been
  };
  Answer publish(const Publication& publication, const TopicRoute* route, Outbox& outbox);
  // "Subscription Revocation". Precondition: `subscriber` is one.
  void revoke(Subscription& subscription, Member& subscriber, const std::string& reason, Outbox& outbox);
  // An event of the router's own ("Meta API"), if the realm has them. It is kept in no history. `excluded`
  // hears none of it. `make_arguments`: returns serializers::Arguments, if somebody hears it.
  template <class MakeArguments>
  void publish_meta(std::string_view topic, const MakeArguments& make_arguments, Outbox& outbox,
                    wamp::SessionId excluded = {}) noexcept {
    if (!tells_meta_events_) return;
    publish_if_there_is_memory([&] {
      const std::vector<Leg> legs = find_legs(topic);
      if (!legs.empty()) send_meta(topic, make_payload(make_arguments()), excluded, legs, outbox);
    });
  }
  // An event of the router's own for those only who have subscribed to exactly that topic. False: nobody has.
  bool publish_exactly(std::string_view topic, const RoutedPayload& payload, Outbox& outbox);
  // What comes of something else that must not fail for it: else it is lost, and counted.
  template <class Publish>
  void publish_if_there_is_memory(const Publish& publish) noexcept {
    if (!transport::has_memory_for(publish)) lost_.add();
  }
  // The member leaves: takes some of its subscriptions from it. True: it has none any more. `from`: as
  // LeftoverWork::take_some() has it.
  bool remove_some(Member& member, uint64_t& from, Outbox& outbox);

  // ---- what waits for other nodes of a cluster. Precondition of the first two: the realm is in one

  // Some of the SUBSCRIBEs that waited for what is confirmed. True: those were all that have their answer.
  bool decide_some_awaited(Outbox& outbox);
  // Refuses one that has waited for too long; false: there is none.
  bool end_one_overdue(SteadyTime now, Outbox& outbox);
  // When that has something to do next; the end of time if it has not.
  SteadyTime next_deadline() const { return awaited_ ? awaited_->held().next_deadline() : SteadyTime::max(); }

  // For the meta API.
  Subscription* find(wamp::SubscriptionId id) const;
  Subscription* find(std::string_view topic, wamp::MatchPolicy match) const {
    return index_.find(topic, match);
  }
  // visit(const Subscription&) for each that gets what is published to `topic`; of the router's own only
  // those that name it (router/base/reserved_uri.h).
  template <class Visit>
  void match(std::string_view topic, Visit visit) const {
    const bool is_own = is_own_uri(topic);
    index_.match_all(topic, [&](const Subscription& subscription) {
      if (!is_own || is_own_uri(subscription.topic)) visit(subscription);
    });
  }
  // visit(const Subscription&) for a part of them, as IdMap::visit_some() has it.
  template <class Visit>
  uint64_t visit_some_subscriptions(uint64_t from, Visit visit) const {
    return subscriptions_.visit_some(from,
                                     [&visit](uint64_t, const auto& subscription) { visit(*subscription); });
  }

  // wamp.subscription.get_events. The page is turned into a result, without the lock, by history_result().
  HistorySearch history_search(const HistoryQuery& query) const {
    return {query, true, {limits_.replay_events, limits_.replay_bytes}};
  }
  struct Unfinished {};
  // Some of the search.
  std::variant<HistoryPage, Refusal, Unfinished> get_events(const Member& caller, wamp::SubscriptionId id,
                                                            HistorySearch& search) const;

  size_t subscription_count() const { return subscriptions_.size(); }
  size_t retained_count() const { return retained_.size(); }
  // Of memory, for retained events.
  size_t retained_bytes() const { return retained_.bytes(); }
  // Null: there is none. It is closed without the lock.
  EventStore* store() const { return store_.get(); }

 private:
  using HistoryIndex = UriIndex<Subscription>;

  // What becomes of a SUBSCRIBE for now.
  enum class Fate : uint8_t { undecided, waits, answered };
  // Undecided: it need not wait for other nodes.
  Fate wait_for_neighbours(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
                           const SubscribeOptions& options, config::SlowConsumer policy, Outbox& outbox);
  void subscribe_now(Member& subscriber, const wamp::Subscribe& message, wamp::MatchPolicy match,
                     const SubscribeOptions& options, config::SlowConsumer policy, Outbox& outbox);
  // The first of those that wait for the topic, or the end of that.
  void decide_one_of(const MatchedUri& topic, Outbox& outbox);
  // Of that session; false: there is none.
  bool forget_one_in_line(wamp::SessionId subscriber);
  // After subscribers of the topic, or those who wait, have become fewer.
  void settle(const MatchedUriView& topic) noexcept;

  std::vector<Leg> find_legs(std::string_view topic) const;
  // `subscriber`: the first one, who brings the topic's shape if it is a wildcard; none: the configuration.
  Subscription& add_subscription(std::string_view topic, wamp::MatchPolicy match, wamp::SessionId subscriber);
  void remove_subscription(Subscription& subscription) noexcept;
  void send_meta(std::string_view topic, const RoutedPayload& payload, wamp::SessionId excluded,
                 const std::vector<Leg>& legs, Outbox& outbox);
  // The member, a subscriber, is one no longer. `told`: to it, if at all. What lacks memory leaves all as it
  // is.
  void remove_subscriber(Subscription& subscription, Member& member, std::optional<wamp::Unsubscribed>&& told,
                         Outbox& outbox);
  void tell_subscribed(const Subscription& subscription, const Member& subscriber, bool created,
                       Outbox& outbox);
  // What follows when a subscriber is no longer one: meta events, and the subscription's end if it was the
  // last and nothing is kept for it.
  void on_subscriber_removed(Subscription& subscription, const Member& member, Outbox& outbox) noexcept;
  std::vector<Subscription*> add_histories(const std::vector<config::EventHistory>& histories);
  static std::unique_ptr<const HistoryIndex> index_of(const std::vector<Subscription*>& histories);
  void restore(const StoredEvents& stored);

  // What a SUBSCRIBE is refused for, if it is.
  std::optional<Refusal> check_node(const Subscription* subscription, std::string_view node_key) const;
  std::optional<Refusal> check_count(const Member& subscriber) const;
  // The same for one that there is not yet.
  std::optional<Refusal> check_new(const Member& subscriber, std::string_view topic,
                                   wamp::MatchPolicy match) const;
  // What a SUBSCRIBE brings at once, and how much memory that takes.
  struct KeptFor {
    std::vector<StoredEventRef> events;
    uint64_t bytes = 0;
  };
  // It may look at so many events for each of them.
  size_t most_looked_at() const;
  std::optional<Refusal> find_replay(const Subscription* subscription, const SubscribeOptions& options,
                                     const Member& subscriber, KeptFor& replay) const;
  std::optional<Refusal> find_retained(const wamp::Subscribe& message, wamp::MatchPolicy match,
                                       const Member& subscriber, const KeptFor& replay, KeptFor& retained);
  // What that brings at once. `mark`: in the events' details.
  static void add_kept(const Member& subscriber, const Subscription& subscription,
                       const std::optional<Subscription::Joining>& joining, KeptFor&& kept, const char* mark,
                       Together& mail);
  // Posts the answer to a SUBSCRIBE, and makes the member a subscriber, or one of another node; none: it is
  // one already.
  void answer_subscriber(Subscription& subscription, Member& subscriber,
                         std::optional<Subscription::Joining>&& joining, Together&& answer, Outbox& outbox);

  // Keeps the event for those who come later. Says when the publisher is answered; if `refused`, it has been.
  Answer keep(const Publication& publication, Outbox& outbox);
  StoredEvent stored_event(const Publication& publication) const;
  Timestamp now() const;

  const bool tells_meta_events_;
  config::RealmLimits limits_;
  IdSource& ids_;
  const Clock& clock_;
  LeftoverWork& work_;
  transport::Counter& lost_;
  IdMap<std::unique_ptr<Subscription>> subscriptions_;  // the owner
  UriIndex<Subscription> index_;
  RouteGenerations generations_;
  wamp::SubscriptionId last_id_;
  const std::shared_ptr<const KeptBytes> kept_;
  const std::shared_ptr<transport::Account> account_;
  const std::vector<Subscription*> histories_;               // those with a history, as in the configuration
  const std::unique_ptr<const HistoryIndex> history_index_;  // the same
  RetainedEvents retained_;
  const std::unique_ptr<EventStore> store_;  // may be null
  std::unique_ptr<AwaitedTopics> awaited_;   // null: the realm is in no cluster
};

// The result of wamp.subscription.get_events.
serializers::Arguments history_result(const HistoryPage& page);

}  // namespace router::broker

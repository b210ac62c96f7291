// The procedures, or the topics, of some realms, as a list for people and programs: those that are used most,
// and those that somebody has registered or subscribed to.
//
// Filled under the lock of one realm after the other, in slices; the rest needs no lock. One thread's, which
// serves no client, as these may be very many. The realms outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "router/directory/realm_state.h"
#include "router/insight/best_rows.h"
#include "router/insight/page_request.h"
#include "router/insight/realm_insight.h"
#include "router/statistics/merged.h"
#include "serializers/values/value_sink.h"
#include "transport/memory/allocated.h"

namespace router::insight {

// A registration, or a subscription.
struct UriHolder {
  uint64_t id = 0;  // 0: there is none
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  WallTime created;
  uint64_t members = 0;  // callees, subscribers
  uint64_t waiting = 0;  // calls
  std::string_view policy = {};
};

// What both lists need of the two kinds.
struct ProcedureKind {
  using Numbers = ProcedureNumbers;
  static PageRules rules(bool http);
  static const UriSummary<Numbers>& summary(const Branch& branch) { return branch.procedure_numbers; }
  static Rates& rates(RealmInsight& realm) { return realm.procedure_rates; }
  // The one that is registered by exactly this URI.
  static UriHolder find(const RealmState& realm, const std::string& uri);
  // visit(uri, holder), as IdMap::visit_some() has it.
  template <class Visit>
  static uint64_t visit_some(const RealmState& realm, uint64_t from, const Visit& visit) {
    return realm.dealer.registrations().visit_some(from, [&visit](const dealer::Registration& registration) {
      if (!registration.ended) visit(registration.procedure, holder_of(registration));
    });
  }
  // Sessions, at most 100.
  static wamp::List members_of(const RealmState& realm, uint64_t id);
  static UriHolder holder_of(const dealer::Registration& registration);
};
struct TopicKind {
  using Numbers = TopicNumbers;
  static PageRules rules(bool http);
  static const UriSummary<Numbers>& summary(const Branch& branch) { return branch.topic_numbers; }
  static Rates& rates(RealmInsight& realm) { return realm.topic_rates; }
  static UriHolder find(const RealmState& realm, const std::string& uri);
  template <class Visit>
  static uint64_t visit_some(const RealmState& realm, uint64_t from, const Visit& visit) {
    return realm.broker.visit_some_subscriptions(from, [&visit](const broker::Subscription& subscription) {
      if (subscription.has_subscribers()) visit(subscription.topic, holder_of(subscription));
    });
  }
  static wamp::List members_of(const RealmState&, uint64_t) { return {}; }
  static UriHolder holder_of(const broker::Subscription& subscription);
};

template <class Kind>
class UrisPage {
 public:
  static PageRules rules(bool http) { return Kind::rules(http); }
  // `charge` pays for what it keeps.
  UrisPage(const PageRequest& page, bool http, transport::Charge charge)
      : page_(page), http_(http), rows_(page_, std::move(charge)) {}

  // One realm after the other: begin(), and then collect_some() under its lock, and end_slice() without it.
  // True: there is more of it.
  void begin(RealmInsight& realm);
  bool collect_some(const RealmState& realm);
  void end_slice() { rows_.end_slice(); }
  void choose() { chosen_ = rows_.choose(); }
  // Then, under the lock of one realm after the other, what is in their lists. True: there is more of it.
  bool look_up_some(const RealmInsight& insight, const RealmState& realm);
  // How many there were, and are on the page.
  size_t total() const { return rows_.total(); }
  size_t size() const { return chosen_.size(); }
  // A list of them.
  void send(serializers::ValueSink& sink, WallTime now) const;

 private:
  using Total = typename UriSummary<typename Kind::Numbers>::Total;
  struct Row {
    const std::string* realm = nullptr;
    std::string uri;
    UriHolder holder;
    std::shared_ptr<const Total> total;  // null: it is not used
    double rate = 0, key = 0;

    auto order() const { return order_of(key, uri, *realm); }
    size_t bytes() const { return transport::allocated(uri.size() + 1); }
  };

  // Of those that are used some. True: there are more.
  bool add_used_some(const RealmState& realm);
  // The greatest come first.
  double key(const Row& used) const;
  static std::tuple<double, std::string_view, std::string_view> order_of(double key, std::string_view uri,
                                                                         std::string_view realm) {
    return {-key, uri, realm};
  }
  void send(const Row& row, serializers::ValueSink& sink) const;

  const PageRequest page_;
  const bool http_;
  // The present realm, and how far it is collected.
  const std::string* realm_ = nullptr;
  std::vector<Row> used_;  // those that have not been looked for yet
  std::set<uint64_t> used_holders_;
  bool are_used_added_ = false;
  uint64_t from_ = 0;

  BestRows<Row> rows_;
  std::span<const Row> chosen_;
  size_t listed_ = 0;
  std::map<const Row*, wamp::List> lists_;
};

using ProceduresPage = UrisPage<ProcedureKind>;
using TopicsPage = UrisPage<TopicKind>;
extern template class UrisPage<ProcedureKind>;
extern template class UrisPage<TopicKind>;

}  // namespace router::insight

#include "router/insight/uris_page.h"

#include <algorithm>
#include <utility>

#include "router/insight/fields.h"

namespace router::insight {
namespace {

constexpr std::string_view procedure_orders[] = {"rate", "calls", "errors", "p99", "bytes", "queued", "uri"};
constexpr std::string_view topic_orders[] = {"rate",  "publications", "events", "errors",
                                             "bytes", "queued",       "uri"};

PageRules rules_of(std::span<const std::string_view> orders, bool http) {
  return {.orders = orders,
          .usual = {.order = http ? "uri" : "rate",
                    .limit = http ? most_on_a_page : usual_on_a_page,
                    .all = http},
          .states = used_or_all,
          .is_of_http = http};
}

double key_of(const ProcedureNumbers::Total& numbers, std::string_view order) {
  if (order == "errors") return static_cast<double>(numbers.errors);
  if (order == "p99") return static_cast<double>(numbers.latencies.percentile_us(99));
  if (order == "bytes") return static_cast<double>(numbers.bytes);
  if (order == "queued") return static_cast<double>(numbers.waiting);
  return 0;  // by URI
}
double key_of(const TopicNumbers::Total& numbers, std::string_view order) {
  if (order == "events") return static_cast<double>(numbers.events);
  if (order == "errors") return static_cast<double>(numbers.errors);
  if (order == "queued") return static_cast<double>(numbers.waiting);
  return order == "bytes" ? static_cast<double>(numbers.bytes) : 0;
}

void add_numbers(const ProcedureNumbers::Total& numbers, const UriHolder& holder, Fields& fields) {
  fields.add("errors", numbers.errors);
  fields.add("bytes", numbers.bytes);
  fields.add("waiting", holder.waiting > 0 ? holder.waiting : numbers.waiting);
  fields.add("waited", numbers.waited);
  fields.add("p50_us", numbers.latencies.percentile_us(50));
  fields.add("p99_us", numbers.latencies.percentile_us(99));
}
void add_numbers(const TopicNumbers::Total& numbers, const UriHolder&, Fields& fields) {
  fields.add("events", numbers.events);
  fields.add("errors", numbers.errors);
  fields.add("bytes", numbers.bytes);
  fields.add("waiting", numbers.waiting);
}

struct Words {
  std::string_view uri, count, holder, members;
};
template <class Kind>
constexpr Words words{"topic", "publications", "subscription", "subscribers"};
template <>
constexpr Words words<ProcedureKind>{"procedure", "calls", "registration", "callees"};

}  // namespace

PageRules ProcedureKind::rules(bool http) {
  PageRules rules = rules_of(procedure_orders, http);
  rules.may_have_lists = http;
  return rules;
}
PageRules TopicKind::rules(bool http) {
  return rules_of(topic_orders, http);
}

UriHolder ProcedureKind::holder_of(const dealer::Registration& registration) {
  return {registration.id.value,       registration.match,          registration.created,
          registration.callees.size(), registration.waiting.size(), dealer::name(registration.policy)};
}
UriHolder TopicKind::holder_of(const broker::Subscription& subscription) {
  return {subscription.id.value, subscription.match, subscription.created, subscription.subscriber_count()};
}

UriHolder ProcedureKind::find(const RealmState& realm, const std::string& uri) {
  const auto* const found =
      dealer::Registrations::listed(realm.dealer.registrations().find(uri, wamp::MatchPolicy::exact));
  return found ? holder_of(*found) : UriHolder();
}
UriHolder TopicKind::find(const RealmState& realm, const std::string& uri) {
  const auto* const found = realm.broker.find(uri, wamp::MatchPolicy::exact);
  return found && found->has_subscribers() ? holder_of(*found) : UriHolder();
}

wamp::List ProcedureKind::members_of(const RealmState& realm, uint64_t id) {
  wamp::List sessions;
  if (const auto* const found = realm.dealer.registrations().find(wamp::RegistrationId(id)))
    for (const dealer::Callee& callee : found->callees)
      if (sessions.size() < most_in_a_list) sessions.emplace_back(callee.member->ref.session.value);
  return sessions;
}

template <class Kind>
void UrisPage<Kind>::begin(RealmInsight& realm) {
  realm_ = &realm.name;
  are_used_added_ = false;
  used_.clear();
  used_holders_.clear();
  MergedSummary<typename Kind::Numbers> merged;
  for (const auto& branch : realm.branches) merged.add(Kind::summary(*branch));
  std::vector<Total> totals = merged.totals();
  std::vector<Rates::Counted> counted;
  for (const Total& total : totals)
    counted.push_back({total.uri, total.count - total.error_bound, total.since});
  const std::vector<double> rates = Kind::rates(realm).per_second(counted, realm.clock.now());
  for (size_t i = 0; i < totals.size(); ++i) {
    std::string uri = totals[i].uri;
    used_.push_back(
        {realm_, std::move(uri), {}, std::make_shared<const Total>(std::move(totals[i])), rates[i]});
  }
}

template <class Kind>
bool UrisPage<Kind>::collect_some(const RealmState& realm) {
  if (!are_used_added_) {
    are_used_added_ = !add_used_some(realm);
    return !are_used_added_ || page_.all;
  }
  from_ = Kind::visit_some(realm, from_, [&](const std::string& uri, const UriHolder& holder) {
    if (used_holders_.contains(holder.id)) return;
    rows_.add(order_of(0, uri, *realm_), [&] { return Row{realm_, uri, holder, nullptr}; });
  });
  return from_ != 0;
}

template <class Kind>
bool UrisPage<Kind>::add_used_some(const RealmState& realm) {
  for (size_t added = 0; added < looked_at_once && !used_.empty(); ++added) {
    Row row = std::move(used_.back());
    used_.pop_back();
    row.holder = Kind::find(realm, row.uri);
    if (row.holder.id != 0) used_holders_.insert(row.holder.id);
    row.key = key(row);
    rows_.add(row.order(), [&row] { return std::move(row); });
  }
  return !used_.empty();
}

template <class Kind>
double UrisPage<Kind>::key(const Row& row) const {
  if (page_.order == "rate") return row.rate;
  if (page_.order == "calls" || page_.order == "publications") return static_cast<double>(row.total->count);
  return key_of(row.total->numbers, page_.order);
}

template <class Kind>
bool UrisPage<Kind>::look_up_some(const RealmInsight& insight, const RealmState& realm) {
  if (!page_.lists) return false;
  for (size_t looked_at = 0; listed_ < chosen_.size() && looked_at < looked_at_once; ++listed_, ++looked_at) {
    const Row& row = chosen_[listed_];
    if (row.realm != &insight.name || row.holder.id == 0) continue;
    wamp::List& list = lists_[&row] = Kind::members_of(realm, row.holder.id);
    looked_at += list.size();
  }
  if (listed_ < chosen_.size()) return true;
  listed_ = 0;
  return false;
}

template <class Kind>
void UrisPage<Kind>::send(const Row& row, serializers::ValueSink& sink) const {
  const Words& names = words<Kind>;
  Fields fields(sink);
  if (http_) fields.add("realm", *row.realm);
  fields.add(names.uri, row.uri);
  static const Total nothing;
  const Total& total = row.total ? *row.total : nothing;
  fields.add(names.count, total.count);
  fields.add("error_bound", total.error_bound);
  fields.add("rate", row.rate);
  add_numbers(total.numbers, row.holder, fields);
  if (row.holder.id != 0) {
    fields.add(names.holder, row.holder.id);
    fields.add("match", wamp::name(row.holder.match));
    if (!row.holder.policy.empty()) fields.add("invoke", row.holder.policy);
    fields.add(names.members, row.holder.members);
    fields.add("created", iso_8601(row.holder.created));
    if (const auto list = lists_.find(&row); list != lists_.end())
      fields.add(std::string(names.members) + "_list", list->second);
  }
  fields.end();
}

template <class Kind>
void UrisPage<Kind>::send(serializers::ValueSink& sink, WallTime) const {
  sink.begin_list(serializers::unknown_size);
  for (const Row& row : chosen_) send(row, sink);
  sink.end_list(size());
}

template class UrisPage<ProcedureKind>;
template class UrisPage<TopicKind>;

}  // namespace router::insight

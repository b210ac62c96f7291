#include "router/insight/sessions_page.h"

#include <chrono>
#include <utility>
namespace router::insight {
namespace {

constexpr std::string_view session_orders[] = {"rate",     "errors",     "bytes",  "queued",  "lost",
                                               "session",  "start",      "subs",   "msgs_to", "msgs_from",
                                               "bytes_to", "bytes_from", "uptime", "cid",     "pending"};
constexpr size_t nats_words = 2;  // the last ones

double number(const transport::Counter& counter) {
  return static_cast<double>(counter.value());
}

}  // namespace

PageRules SessionsPage::rules(bool http) {
  const std::span<const std::string_view> all(session_orders);
  return {.orders = http ? all : all.first(all.size() - nats_words),
          .usual = {.order = http ? "cid" : "rate", .limit = http ? most_on_a_page : usual_on_a_page},
          .may_have_lists = http};
}

bool SessionsPage::collect_some(const RealmState& realm) {
  from_ = realm.members.visit_some(from_, [&](const Member& member) {
    Row row{realm_,         member.ref.session,          member.identity,
            member.numbers, member.subscriptions.size(), member.registrations.size()};
    row.key = key(row, page_.order);
    rows_.add(std::move(row));
  });
  return from_ != 0;
}

double SessionsPage::key(const Row& row, std::string_view order) {
  const SessionNumbers& numbers = *row.numbers;
  if (order == "rate") return number(numbers.rate);
  if (order == "errors") return number(numbers.errors);
  if (order == "bytes") return number(numbers.in_bytes) + number(numbers.out_bytes);
  if (order == "queued" || order == "pending") return number(numbers.queued);
  if (order == "lost") return number(numbers.lost);
  if (order == "subs") return static_cast<double>(row.subscriptions);
  if (order == "msgs_to") return number(numbers.out_msgs);
  if (order == "msgs_from") return number(numbers.in_msgs);
  if (order == "bytes_to") return number(numbers.out_bytes);
  if (order == "bytes_from") return number(numbers.in_bytes);
  if (order == "start") return number(numbers.joined_us);
  if (order == "uptime") return -number(numbers.joined_us);
  return 0;  // by id
}

bool SessionsPage::add_lists_some(const std::string& name, const RealmState& realm) {
  if (!page_.lists) return false;
  for (size_t looked_at = 0; listed_ < chosen_.size() && looked_at < looked_at_once; ++listed_, ++looked_at) {
    const Row& row = *chosen_[listed_];
    const Member* const member = *row.realm == name ? realm.members.find(row.session) : nullptr;
    if (!member) continue;
    Lists& lists = lists_[&row];
    looked_at += most_in_a_list;
    for (uint64_t from = 0; lists.subscriptions.size() < most_in_a_list;) {
      from = member->subscriptions.visit_some(from, [&](uint64_t, const HeldSubscription& held) {
        if (lists.subscriptions.size() < most_in_a_list)
          lists.subscriptions.emplace_back(held.subscription->topic);
      });
      if (from == 0) break;
    }
    for (uint64_t from = 0; lists.registrations.size() < most_in_a_list;) {
      from = member->registrations.visit_some(from, [&](uint64_t, const dealer::Registration* registration) {
        if (lists.registrations.size() < most_in_a_list)
          lists.registrations.emplace_back(registration->procedure);
      });
      if (from == 0) break;
    }
  }
  if (listed_ < chosen_.size()) return true;
  listed_ = 0;
  return false;
}

wamp::Dict SessionsPage::details(const Row& row, WallTime now) const {
  using std::chrono::microseconds;
  const SessionNumbers& numbers = *row.numbers;
  const WallTime joined{microseconds(numbers.joined_us.value())};
  const double seconds = std::chrono::duration<double>(now - joined).count();
  wamp::Dict details;
  if (http_) details.append("realm", *row.realm);
  details.append(http_ ? "cid" : "session", row.session.value);
  details.append("authid", row.identity->authid);
  details.append("authrole", row.identity->authrole);
  details.append("authmethod", row.identity->authmethod);
  details.append("authprovider", row.identity->authprovider);
  details.append("peer", row.identity->peer);
  details.append("start", iso_8601(joined));
  details.append("uptime_s", seconds > 0 ? seconds : 0.0);
  details.append("in_msgs", numbers.in_msgs.value());
  details.append("out_msgs", numbers.out_msgs.value());
  details.append("in_bytes", numbers.in_bytes.value());
  details.append("out_bytes", numbers.out_bytes.value());
  details.append("rate", number(numbers.rate) / 1000);
  details.append("calls", numbers.calls.value());
  details.append("errors", numbers.errors.value());
  details.append("events", numbers.events.value());
  details.append("bytes", numbers.in_bytes.value() + numbers.out_bytes.value());
  details.append(http_ ? "pending_bytes" : "queued", numbers.queued.value());
  details.append("lost", numbers.lost.value());
  details.append("subscriptions", row.subscriptions);
  details.append("registrations", row.registrations);
  if (const auto lists = lists_.find(&row); lists != lists_.end()) {
    details.append("subscriptions_list", lists->second.subscriptions);
    details.append("registrations_list", lists->second.registrations);
  }
  return details;
}

wamp::List SessionsPage::list(WallTime now) const {
  wamp::List list;
  for (const Row* const row : chosen_) list.emplace_back(details(*row, now));
  return list;
}

}  // namespace router::insight

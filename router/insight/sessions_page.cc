#include "router/insight/sessions_page.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "router/insight/fields.h"

namespace router::insight {
namespace {

constexpr std::string_view session_orders[] = {"rate",     "errors",     "bytes",  "queued",  "lost",
                                               "session",  "start",      "subs",   "msgs_to", "msgs_from",
                                               "bytes_to", "bytes_from", "uptime", "cid",     "pending"};
constexpr size_t nats_words = 2;  // the last ones
// All of those that are listed are open.
constexpr std::string_view nats_states[] = {"open", "any", "all"};

double number(const transport::Counter& counter) {
  return static_cast<double>(counter.value());
}

}  // namespace

PageRules SessionsPage::rules(bool http) {
  const std::span<const std::string_view> all(session_orders);
  return {
      .orders = http ? all : all.first(all.size() - nats_words),
      .usual = {.order = http ? "cid" : "rate", .limit = http ? most_on_a_page : usual_on_a_page},
      .states = http ? std::span<const std::string_view>(nats_states) : std::span<const std::string_view>(),
      .may_have_lists = http,
      .is_of_http = http};
}

SessionsPage::SessionsPage(const PageRequest& page, bool http, transport::Charge charge)
    : page_(page), http_(http), key_(key_of(page.order)), rows_(page_, std::move(charge)) {}

bool SessionsPage::collect_some(const RealmState& realm) {
  from_ = realm.members.visit_some(from_, [&](const Member& member) {
    const Row row{key_(member), member.ref.session, realm_};
    rows_.add(row.order(), [&row] { return row; });
  });
  return from_ != 0;
}

SessionsPage::Key SessionsPage::key_of(std::string_view order) {
  if (order == "rate") return [](const Member& member) { return number(member.numbers->rate); };
  if (order == "errors") return [](const Member& member) { return number(member.numbers->errors); };
  if (order == "bytes")
    return [](const Member& member) {
      return number(member.numbers->in_bytes) + number(member.numbers->out_bytes);
    };
  if (order == "queued" || order == "pending")
    return [](const Member& member) { return number(member.numbers->queued); };
  if (order == "lost") return [](const Member& member) { return number(member.numbers->lost); };
  if (order == "subs")
    return [](const Member& member) { return static_cast<double>(member.subscriptions.size()); };
  if (order == "msgs_to") return [](const Member& member) { return number(member.numbers->out_msgs); };
  if (order == "msgs_from") return [](const Member& member) { return number(member.numbers->in_msgs); };
  if (order == "bytes_to") return [](const Member& member) { return number(member.numbers->out_bytes); };
  if (order == "bytes_from") return [](const Member& member) { return number(member.numbers->in_bytes); };
  if (order == "start") return [](const Member& member) { return number(member.numbers->joined_us); };
  if (order == "uptime") return [](const Member& member) { return -number(member.numbers->joined_us); };
  return [](const Member&) { return 0.0; };  // by id
}

void SessionsPage::choose() {
  chosen_ = rows_.choose();
  sessions_.resize(chosen_.size());
}

bool SessionsPage::look_up_some(const RealmInsight& insight, const RealmState& realm) {
  for (size_t looked_at = 0; looked_up_ < chosen_.size() && looked_at < looked_at_once; ++looked_up_) {
    if (chosen_[looked_up_].realm != &insight.name) continue;
    ++looked_at;
    const Member* const member = realm.members.find(chosen_[looked_up_].session);
    if (!member) continue;
    Session& session = sessions_[looked_up_];
    session.identity = member->identity;
    session.numbers = member->numbers;
    session.subscriptions = member->subscriptions.size();
    session.registrations = member->registrations.size();
    if (!page_.lists) continue;
    looked_at += most_in_a_list;
    add_lists(*member, session);
  }
  if (looked_up_ < chosen_.size()) return true;
  looked_up_ = 0;
  return false;
}

void SessionsPage::add_lists(const Member& member, Session& session) {
  for (uint64_t from = 0; session.subscriptions_list.size() < most_in_a_list;) {
    from = member.subscriptions.visit_some(from, [&](uint64_t, const HeldSubscription& held) {
      if (session.subscriptions_list.size() < most_in_a_list)
        session.subscriptions_list.emplace_back(held.subscription->topic);
    });
    if (from == 0) break;
  }
  for (uint64_t from = 0; session.registrations_list.size() < most_in_a_list;) {
    from = member.registrations.visit_some(from, [&](uint64_t, const dealer::Registration* registration) {
      if (session.registrations_list.size() < most_in_a_list)
        session.registrations_list.emplace_back(registration->procedure);
    });
    if (from == 0) break;
  }
}

size_t SessionsPage::size() const {
  const auto is_there = [](const Session& session) { return session.identity != nullptr; };
  return static_cast<size_t>(std::count_if(sessions_.begin(), sessions_.end(), is_there));
}

void SessionsPage::send(const Row& row, const Session& session, serializers::ValueSink& sink,
                        WallTime now) const {
  using std::chrono::microseconds;
  const Identity& identity = *session.identity;
  const SessionNumbers& numbers = *session.numbers;
  const WallTime joined{microseconds(numbers.joined_us.value())};
  const double seconds = std::chrono::duration<double>(now - joined).count();
  Fields fields(sink);
  if (http_) fields.add("realm", *row.realm);
  fields.add(http_ ? "cid" : "session", row.session.value);
  fields.add("authid", identity.authid);
  fields.add("authrole", identity.authrole);
  fields.add("authmethod", identity.authmethod);
  fields.add("authprovider", identity.authprovider);
  fields.add("peer", identity.peer);
  fields.add("start", iso_8601(joined));
  fields.add("uptime_s", seconds > 0 ? seconds : 0.0);
  fields.add("in_msgs", numbers.in_msgs.value());
  fields.add("out_msgs", numbers.out_msgs.value());
  fields.add("in_bytes", numbers.in_bytes.value());
  fields.add("out_bytes", numbers.out_bytes.value());
  fields.add("rate", number(numbers.rate) / 1000);
  fields.add("calls", numbers.calls.value());
  fields.add("errors", numbers.errors.value());
  fields.add("events", numbers.events.value());
  fields.add("bytes", numbers.in_bytes.value() + numbers.out_bytes.value());
  fields.add(http_ ? "pending_bytes" : "queued", numbers.queued.value());
  fields.add("lost", numbers.lost.value());
  fields.add("subscriptions", session.subscriptions);
  fields.add("registrations", session.registrations);
  if (page_.lists) {
    fields.add("subscriptions_list", session.subscriptions_list);
    fields.add("registrations_list", session.registrations_list);
  }
  fields.end();
}

void SessionsPage::send(serializers::ValueSink& sink, WallTime now) const {
  sink.begin_list(serializers::unknown_size);
  for (size_t place = 0; place < chosen_.size(); ++place)
    if (sessions_[place].identity) send(chosen_[place], sessions_[place], sink, now);
  sink.end_list(size());
}

}  // namespace router::insight

// The sessions of some realms, as a list for people and programs.
//
// Filled under the lock of one realm after the other, in slices; the rest needs no lock. Of all sessions it
// keeps what tells which ones are on the page, and looks only these up. One thread's, which serves no client,
// as the sessions may be very many. The realms outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "router/directory/realm_state.h"
#include "router/insight/best_rows.h"
#include "router/insight/page_request.h"
#include "router/insight/realm_insight.h"
#include "serializers/values/value_sink.h"

namespace router::insight {

class SessionsPage {
 public:
  // `http`: for a page over HTTP, in the words of nats-server.
  static PageRules rules(bool http);
  // `charge` pays for what it keeps.
  SessionsPage(const PageRequest& page, bool http, transport::Charge charge);

  // One realm after the other: begin(), and then collect_some() under its lock, and end_slice() without it.
  // True: there is more of it.
  void begin(RealmInsight& realm) { realm_ = &realm.name; }
  bool collect_some(const RealmState& realm);
  void end_slice() { rows_.end_slice(); }
  // When all realms have been: which sessions are on the page.
  void choose();
  // Then, under the lock of one realm after the other, what is told of them. True: there is more of it.
  bool look_up_some(const RealmInsight& insight, const RealmState& realm);
  // How many there were, and are on the page: those that have gone in the meantime are not.
  size_t total() const { return rows_.total(); }
  size_t size() const;
  // A list of them.
  void send(serializers::ValueSink& sink, WallTime now) const;

 private:
  // The greatest come first.
  using Key = double (*)(const Member& member);
  struct Row {
    double key = 0;  // as it was then
    wamp::SessionId session;
    const std::string* realm = nullptr;

    std::tuple<double, uint64_t> order() const { return {-key, session.value}; }
    static size_t bytes() { return 0; }
  };
  struct Session {
    std::shared_ptr<const Identity> identity;  // null: it has gone
    std::shared_ptr<const SessionNumbers> numbers;
    uint64_t subscriptions = 0, registrations = 0;
    wamp::List subscriptions_list, registrations_list;
  };

  static Key key_of(std::string_view order);
  static void add_lists(const Member& member, Session& session);
  void send(const Row& row, const Session& session, serializers::ValueSink& sink, WallTime now) const;

  const PageRequest page_;
  const bool http_;
  const Key key_;
  const std::string* realm_ = nullptr;  // the present one
  uint64_t from_ = 0;                   // in it
  BestRows<Row> rows_;
  std::span<const Row> chosen_;
  std::vector<Session> sessions_;  // those chosen
  size_t looked_up_ = 0;           // of them, in the present realm
};

}  // namespace router::insight

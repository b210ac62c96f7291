// The sessions of some realms, as a list for people and programs.
//
// Filled under the lock of one realm after the other, in slices; the rest needs no lock. One thread's, which
// serves no client, as the sessions may be very many. The realms outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "router/directory/realm_state.h"
#include "router/insight/best_rows.h"
#include "router/insight/page_request.h"
#include "router/insight/realm_insight.h"

namespace router::insight {

class SessionsPage {
 public:
  // `http`: for a page over HTTP, in the words of nats-server.
  static PageRules rules(bool http);
  // `charge` pays for what it keeps.
  SessionsPage(const PageRequest& page, bool http, transport::Charge charge)
      : page_(page), http_(http), rows_(page_, std::move(charge)) {}

  // One realm after the other: begin(), and then collect_some() under its lock, and end_slice() without it.
  // True: there is more of it.
  void begin(RealmInsight& realm) { realm_ = &realm.name; }
  bool collect_some(const RealmState& realm);
  void end_slice() { rows_.end_slice(); }
  // When all realms have been: which sessions are on the page.
  void choose() { chosen_ = rows_.choose(); }
  // Then, under the lock of one realm after the other, what is in their lists.
  bool add_lists_some(const std::string& name, const RealmState& realm);
  size_t total() const { return rows_.total(); }
  wamp::List list(WallTime now) const;

 private:
  struct Row {
    const std::string* realm = nullptr;
    wamp::SessionId session;
    std::shared_ptr<const Identity> identity;
    std::shared_ptr<const SessionNumbers> numbers;
    uint64_t subscriptions = 0, registrations = 0;
    double key = 0;  // as it was then

    static bool comes_first(const Row& a, const Row& b) { return a.session.value < b.session.value; }
    static size_t bytes() { return 0; }
  };
  struct Lists {
    wamp::List subscriptions, registrations;
  };

  static double key(const Row& row, std::string_view order);
  wamp::Dict details(const Row& row, WallTime now) const;

  const PageRequest page_;
  const bool http_;
  const std::string* realm_ = nullptr;  // the present one
  uint64_t from_ = 0;                   // in it
  BestRows<Row> rows_;
  std::vector<const Row*> chosen_;
  size_t listed_ = 0;  // of the chosen, in the present realm
  std::map<const Row*, Lists> lists_;
};

}  // namespace router::insight

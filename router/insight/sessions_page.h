// The sessions of some realms, as a list for people and programs.
//
// Filled under the lock of one realm after the other, in pieces; the rest needs no lock. One thread's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "router/directory/realm_state.h"
#include "router/insight/page_request.h"
#include "router/insight/realm_insight.h"

namespace router::insight {

class SessionsPage {
 public:
  // `http`: for a page over HTTP, in the words of nats-server.
  static PageRules rules(bool http);
  explicit SessionsPage(const PageRequest& page, bool http = false) : page_(page), http_(http) {}

  // One realm after the other: begin(), and then collect_some() under its lock. True: there is more of it.
  void begin(RealmInsight& realm) { realm_ = realm.name; }
  bool collect_some(const RealmState& realm);
  // When all realms have been: which sessions are on the page.
  void choose();
  // Then, under the lock of one realm after the other, what is in their lists.
  bool add_lists_some(const std::string& name, const RealmState& realm);
  size_t total() const { return rows_.size(); }
  wamp::List list(WallTime now) const;

 private:
  struct Row {
    std::string realm;
    wamp::SessionId session;
    std::shared_ptr<const Identity> identity;
    std::shared_ptr<const SessionNumbers> numbers;
    uint64_t subscriptions = 0, registrations = 0;
  };
  struct Lists {
    wamp::List subscriptions, registrations;
  };

  static double key(const Row& row, std::string_view order);
  wamp::Dict details(const Row& row, WallTime now) const;

  const PageRequest page_;
  const bool http_;
  std::string realm_;  // the present one
  uint64_t from_ = 0;  // in it
  std::vector<Row> rows_;
  std::vector<const Row*> chosen_;
  size_t listed_ = 0;                // of the chosen, in the present realm
  std::map<uint64_t, Lists> lists_;  // by session
};

}  // namespace router::insight

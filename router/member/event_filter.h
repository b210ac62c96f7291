// Who of an audience gets an event ("Subscriber Black- and Whitelisting").
//
// Immutable once built, shared by the deliveries of one publication and by what is kept of it. A publisher
// chooses how long the lists are, and each receiver is looked for in them: so they are sorted.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/member/member_facts.h"
#include "wamp/ids.h"
#include "wamp/value.h"

namespace router {

template <class Item>
class SortedSet {
 public:
  SortedSet() = default;
  explicit SortedSet(std::vector<Item> items) : items_(std::move(items)) {
    std::sort(items_.begin(), items_.end());
    items_.erase(std::unique(items_.begin(), items_.end()), items_.end());
  }
  bool contains(const Item& item) const { return std::binary_search(items_.begin(), items_.end(), item); }
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  const std::vector<Item>& items() const { return items_; }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<Item> items_;
};

// A list that is absent restricts nothing; an eligible list that is empty means nobody.
struct EventFilter {
  // A black- or whitelist of one attribute of the receivers. A session that does not have the
  // attribute is on no such list: not excluded, and not eligible.
  struct Rule {
    std::string attribute;
    bool eligible = false;  // else: excluded
    SortedSet<std::string> values;
  };

  SortedSet<wamp::SessionId> exclude;
  std::optional<SortedSet<wamp::SessionId>> eligible;
  std::vector<Rule> rules;

  bool empty() const { return exclude.empty() && !eligible && rules.empty(); }
  // `extra`: attributes that the session has been given beside its identity; may be null.
  bool admits(wamp::SessionId session, const Identity& identity, const wamp::Dict* extra) const;
  // Whether it judges by authid and authrole only, which mean the same person when the session has gone.
  bool outlives_sessions() const;
};

// What its lists take of the allocator, outside of itself.
size_t allocated(const EventFilter& filter);

}  // namespace router

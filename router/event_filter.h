// Who of an audience gets an event ("Subscriber Black- and Whitelisting").
//
// Immutable once built, shared by the deliveries of one publication and by what is kept of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/member.h"
#include "wamp/ids.h"

namespace router {

// A list that is absent restricts nothing; an eligible list that is empty means nobody.
struct EventFilter {
  // A black- or whitelist of one attribute of the receivers. A session that does not have the
  // attribute is on no such list: not excluded, and not eligible.
  struct Rule {
    std::string attribute;
    bool eligible = false;  // else: excluded
    std::vector<std::string> values;
  };

  std::vector<wamp::SessionId> exclude;
  std::optional<std::vector<wamp::SessionId>> eligible;
  std::vector<Rule> rules;

  bool empty() const { return exclude.empty() && !eligible && rules.empty(); }
  // `extra`: attributes that the session has been given beside its identity; may be null.
  bool admits(wamp::SessionId session, const Identity& identity, const wamp::Dict* extra) const;
  // Whether it judges by authid and authrole only, which mean the same person when the session has gone.
  bool outlives_sessions() const;
};

}  // namespace router

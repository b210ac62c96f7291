// What the sessions of one transport have in common: its settings, and what is known of those who knock.
//
// Immutable but for what it points to, which any thread may use. A session keeps the one it came through.
#pragma once

#include <memory>
#include <string>

#include "router/auth/cookies.h"
#include "router/auth/failed_logins.h"
#include "router/clock.h"
#include "router/config/config.h"
#include "router/realms.h"
#include "wamp/value.h"

namespace router {

struct Entrance {
  const Realms& realms;
  config::Transport transport;
  std::shared_ptr<auth::FailedLogins> failed_logins;
  std::shared_ptr<auth::Cookies> cookies;  // null: the transport tracks none
  const Clock& clock;
};

// What a client brought when it connected.
struct Arrival {
  std::string cookie = {};  // empty: none
  wamp::Dict details = {};  // of its transport, for dynamic authenticators
};

}  // namespace router

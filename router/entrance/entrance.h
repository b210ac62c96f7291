// What the sessions of one transport have in common: its settings, and what is known of those who knock.
//
// Immutable but for what it points to, which any thread may use. A session keeps the one it came through; the
// next one on the same connection comes through what has taken its place since.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "router/auth/cookies.h"
#include "router/auth/login_history.h"
#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/config/config.h"
#include "router/realm/realms.h"
#include "wamp/value.h"

namespace router {

struct Entrance;

// What has taken an entrance's place when the configuration was reloaded. Any thread.
class Succession {
 public:
  void set(std::shared_ptr<const Entrance> next) {
    const Lock lock(mutex_);
    next_ = std::move(next);
  }
  // Null: nothing has.
  std::shared_ptr<const Entrance> next() const {
    const Lock lock(mutex_);
    return next_;
  }

 private:
  mutable Mutex mutex_{"a succession"};
  std::shared_ptr<const Entrance> next_ GUARDED_BY(mutex_);
};

struct Entrance {
  const Realms& realms;
  config::Transport transport;
  std::shared_ptr<auth::LoginHistory> logins;
  std::shared_ptr<auth::Cookies> cookies;  // null: the transport tracks none
  const Clock& clock;
  std::shared_ptr<Succession> succession = std::make_shared<Succession>();

  // Whether clients may join the realm, if there is one.
  bool leads_to(std::string_view realm) const {
    return !transport.realms ||
           std::find(transport.realms->begin(), transport.realms->end(), realm) != transport.realms->end();
  }

  // How long a client may take for its first HELLO, and for its answer to GOODBYE.
  std::chrono::milliseconds handshake_timeout() const {
    return std::chrono::milliseconds(transport.limits.handshake_timeout_ms);
  }
  std::chrono::milliseconds close_timeout() const {
    return std::chrono::milliseconds(transport.limits.close_timeout_ms);
  }
  // For AUTHENTICATE, as clients may need seconds to derive a key from a password, and for HELLO after
  // GOODBYE, before which they may ask somebody who wants to come in next.
  std::chrono::milliseconds long_patience() const { return 6 * handshake_timeout(); }
};

inline std::shared_ptr<const Entrance> latest(std::shared_ptr<const Entrance> entrance) {
  while (auto next = entrance->succession->next()) entrance = std::move(next);
  return entrance;
}

// What a client brought when it connected.
struct Arrival {
  std::optional<auth::CookieId> cookie = {};  // none: it has none
  wamp::Dict details = {};                    // of its transport, for dynamic authenticators and authorizers
};

// Null: none are tracked, or the client has none.
inline auth::Cookies* cookies_of(const Entrance& entrance, const Arrival& arrival) {
  return arrival.cookie ? entrance.cookies.get() : nullptr;
}

}  // namespace router

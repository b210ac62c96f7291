// A client that wants to come in: what its HELLO says, and what its transport knows of it.
//
// Made by its session when HELLO arrives; owned by the Login.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/clock.h"
#include "wamp/ids.h"
#include "wamp/value.h"

namespace router::auth {

// What the router knows a cookie by. No cookie can be made of it.
struct CookieId {
  std::string digest;

  bool operator==(const CookieId&) const = default;
};

// Who a client was when it proved it.
struct Remembered {
  std::string realm, authid, role, provider;
  std::optional<WallTime> expires = {};  // after which it must prove it again
};

struct Applicant {
  std::string realm;
  std::string authid;  // as it claims; empty: it does not say
  wamp::Dict authextra;
  wamp::SessionId session;                // that it will have
  wamp::Dict transport;                   // for dynamic authenticators
  std::vector<std::string> fingerprints;  // of its verified certificate; empty: none
  std::optional<CookieId> cookie;
  std::optional<Remembered> remembered;  // by its cookie
  // The bytes that only both ends of its TLS connection know, by the type's name; more than one if clients
  // differ in what they take for it, none if there is no such thing.
  std::function<std::vector<std::string>(std::string_view type)> channel_bindings;
  // Whether there is such a realm, but no such role in it.
  std::function<bool(std::string_view realm, std::string_view role)> realm_lacks;
};

}  // namespace router::auth

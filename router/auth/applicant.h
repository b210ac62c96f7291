// A client that wants to come in: what its HELLO says, and what its transport knows of it.
//
// Made by its session when HELLO arrives; owned by the Login.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wamp/ids.h"
#include "wamp/value.h"

namespace router::auth {

// Who a client was when it proved it.
struct Remembered {
  std::string realm, authid, role, provider;
};

struct Applicant {
  std::string realm;
  std::string authid;  // as it claims; empty: it does not say
  wamp::Dict authextra;
  wamp::SessionId session;                // that it will have
  wamp::Dict transport;                   // for dynamic authenticators
  std::vector<std::string> fingerprints;  // of its verified certificate; empty: none
  std::string cookie;                     // empty: none
  std::optional<Remembered> remembered;   // by its cookie
  // The bytes that only both ends of its TLS connection know, by the type's name; more than one if clients
  // differ in what they take for it, none if there is no such thing.
  std::function<std::vector<std::string>(std::string_view type)> channel_bindings;
};

}  // namespace router::auth

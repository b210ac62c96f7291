// What paths are configured with that serve plain HTTP requests: Crossbar's HTTP bridge, the REST form, and
// small answers.
//
// Immutable once loaded. Secrets are in here: nothing of them is ever written to a log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "router/config/authentication.h"
#include "transport/socket/address.h"

namespace router::config {

// "caller", "publisher" and "webhook" of Crossbar.
struct BridgePath {
  enum class Kind : uint8_t { caller, publisher, webhook };
  Kind kind = Kind::caller;
  std::string realm, role;
  // Of signed requests; an empty secret: any request will do.
  std::string key = {}, secret = {};
  uint32_t timestamp_delta_limit_s = 300;    // by which a signed request may be off; 0: any
  uint64_t post_body_limit = 0;              // bytes; 0: as long as a message may be
  transport::AddressRanges require_ip = {};  // empty: any
  bool require_tls = false;
  uint32_t timeout_ms = 30000;          // of a call
  uint32_t requests_in_flight = 10000;  // on one worker
  // webhook only
  std::string topic = {}, success_response = "OK", error_response = "NOT OK", github_secret = {};
};

// "http": calls, publications and events by their URIs.
struct ApiPath {
  std::string realm;
  std::string role = {};                // of everybody; empty: `auth` says who they are
  AuthMethods auth = {};                // anonymous, ticket, jwt
  uint32_t timeout_ms = 30000;          // the longest, and that of calls that ask for none
  uint32_t requests_in_flight = 10000;  // on one worker, of all identities together
  uint32_t max_identities = 10000;      // that one worker keeps
  uint32_t event_streams = 100000;      // on one worker
};

// "json": always the same answer.
struct JsonPath {
  std::string text;
  bool allow_cross_origin = true, discourage_caching = false;
};

struct RedirectPath {
  std::string url;
};

// "nodeinfo": a page that says what runs here.
struct NodeInfoPath {
  bool process = false;  // also as which process
};

constexpr std::string_view name(BridgePath::Kind kind) {
  constexpr std::string_view names[] = {"caller", "publisher", "webhook"};
  return names[static_cast<size_t>(kind)];
}

}  // namespace router::config

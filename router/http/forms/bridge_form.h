// Crossbar's HTTP bridge: caller, publisher and webhook, as its users know them.
//
// Pure; any thread. What is answered differs from Crossbar's only in the texts of
// refusals, and where docs/http.md says so.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "router/base/clock.h"
#include "router/config/http_paths.h"
#include "router/http/client/reply.h"
#include "router/http/forms/nonces.h"
#include "transport/http/http.h"

namespace router::http {

// Before the body is read, of which there are so many bytes: what is wrong whatever the body is. `max_size`:
// of bodies.
std::optional<transport::HttpResponse> refuse_bridge_request(const config::BridgePath& path,
                                                             const transport::HttpRequest& request,
                                                             size_t body_size, size_t max_size, WallTime now);

// Of what is asked.
struct BodyBounds {
  size_t size;  // bytes, also of a message's arguments
  int depth;
};
struct BridgeQuestion {
  Question question;
  std::optional<Once> once = std::nullopt;  // of a signed request, which may not have been used before
};
// To a POST or PUT that refuse_bridge_request() has nothing against.
std::variant<BridgeQuestion, transport::HttpResponse> read_bridge_request(
    const config::BridgePath& path, const transport::HttpRequest& request, std::string_view body,
    WallTime now, const BodyBounds& bounds);

transport::HttpResponse bridge_response(const config::BridgePath& path, const Reply& reply);
// {"error": text, "args": [], "kwargs": {}}
transport::HttpResponse bridge_refusal(int status, std::string_view text);

}  // namespace router::http

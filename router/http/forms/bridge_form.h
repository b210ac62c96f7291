// Crossbar's HTTP bridge: caller, publisher and webhook, as its users know them.
//
// Pure but for the table of nonces; any thread. What is answered differs from Crossbar's only in the texts of
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

// Before the body is read, of which there are so many bytes; `max_size`: of a message.
std::optional<transport::HttpResponse> refuse_bridge_request(const config::BridgePath& path,
                                                             const transport::HttpRequest& request,
                                                             size_t body_size, size_t max_size);

struct BridgeRequest {
  const config::BridgePath& path;
  std::string_view path_name;
  const transport::HttpRequest& request;
  std::string_view body;
};
// To a POST or PUT.
std::variant<Question, transport::HttpResponse> read_bridge_request(const BridgeRequest& request,
                                                                    WallTime now, Nonces& nonces,
                                                                    int max_depth);

transport::HttpResponse bridge_response(const config::BridgePath& path, const Reply& reply);
// {"error": text, "args": [], "kwargs": {}}
transport::HttpResponse bridge_refusal(int status, std::string_view text);

}  // namespace router::http

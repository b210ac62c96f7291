// The REST form: calls and publications by their URIs, and errors with a status of their own.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "router/config/http_paths.h"
#include "router/http/client/reply.h"
#include "transport/http/http.h"
#include "wamp/uri.h"

namespace router::http {

// What stands behind the configured path.
enum class ApiTarget : uint8_t { none, call, publish, events, openapi };
ApiTarget api_target(std::string_view rest);

// Before the body is read, of which there are so many bytes: what is wrong whatever the body is.
std::optional<transport::HttpResponse> refuse_api_request(const transport::HttpRequest& request,
                                                          std::string_view rest, size_t body_size,
                                                          size_t max_size);

// Of a call or publication that refuse_api_request() has nothing against.
std::variant<Question, transport::HttpResponse> read_api_request(const config::ApiPath& path,
                                                                 const transport::HttpRequest& request,
                                                                 std::string_view rest, std::string_view body,
                                                                 int max_depth);
// The client wants to be told of progress.
bool wants_stream(const transport::HttpRequest& request);

// What a GET of events asks for.
struct EventsQuestion {
  std::vector<std::string> topics;
  std::string match;              // "exact", "prefix" or "wildcard"
  std::optional<uint64_t> after;  // the last publication that the client has seen
  bool is_of_browser = false;     // of an EventSource: any status but 200 is the end of it
};
std::variant<EventsQuestion, transport::HttpResponse> read_events_request(
    const transport::HttpRequest& request);

// A stream that ends at once, and that tells an EventSource when to come again.
transport::HttpResponse no_stream_now(std::string_view why, uint64_t retry_ms);

transport::HttpResponse api_response(const Reply& reply);
// As application/problem+json (RFC 9457), whose type is the error's URI.
transport::HttpResponse problem(std::string_view error_uri, std::string_view text);
int status_of_error(std::string_view error_uri);

}  // namespace router::http

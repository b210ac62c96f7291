// The head of an HTTP request: its rules, and those of the WebSocket opening handshake (RFC 9112, RFC 6455).
//
// Pure functions; any thread. Whatever is refused is refused with a response that says why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "transport/http/http.h"

namespace transport {

// False: no request begins with these bytes, of which more may follow. Precondition: there is at least one.
bool may_begin_request(std::string_view bytes);

// The request whose head this is, up to and including the empty line, or the response that refuses it.
std::variant<HttpRequest, HttpResponse> read_request_head(std::string_view head, std::string peer_address);

// The client asks for WebSocket (RFC 6455, section 4.2.1), well-formed or not. Who has sent a key for it
// does, even if a proxy has taken out the rest.
bool asks_for_websocket(const HttpRequest& request);

// Of a part of a target. Nothing for a bad escape or a NUL, which no file name and no route can mean.
std::optional<std::string> percent_decoded(std::string_view text);

struct Handshake {
  std::string accept;                // for Sec-WebSocket-Accept
  std::vector<std::string> offered;  // subprotocols, in the client's order of preference
};
// Precondition: asks_for_websocket().
std::variant<Handshake, HttpResponse> read_handshake(const HttpRequest& request);

// The bytes that accept a handshake.
std::string switching_protocols(const Handshake& handshake, std::string_view subprotocol,
                                const std::vector<std::pair<std::string, std::string>>& headers = {});

// The size of the request's body, or the response that refuses it.
std::variant<size_t, HttpResponse> read_body_size(const HttpRequest& request);
// The client may wait with the body until it is told to go on (RFC 9110, section 10.1.1).
bool expects_continue(const HttpRequest& request);
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
// The client, which speaks HTTP/1.1, has not asked for the end of the connection.
bool keeps_alive(const HttpRequest& request);
HttpResponse method_not_allowed(const HttpRequest& request, std::string_view allowed);

// The head of a response, with the empty line. Unless `keep_alive`, it ends the connection.
std::string response_head(const HttpResponse& response, bool keep_alive);
// The bytes of a response that ends the connection; `head_only` leaves out its body.
std::string response_bytes(const HttpResponse& response, bool head_only);

}  // namespace transport

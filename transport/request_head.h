// The head of an HTTP request: its rules, and those of the WebSocket opening handshake (RFC 9112, RFC 6455).
//
// Pure functions; any thread. Whatever is refused is refused with a response that says why.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "transport/http.h"

namespace transport {

// The request whose head this is, up to and including the empty line, or the response that refuses it.
std::variant<HttpRequest, HttpResponse> read_request_head(std::string_view head, std::string peer_address);

// The client asks for WebSocket (RFC 6455, section 4.2.1), well-formed or not.
bool asks_for_websocket(const HttpRequest& request);

struct Handshake {
  std::string accept;                // for Sec-WebSocket-Accept
  std::vector<std::string> offered;  // subprotocols, in the client's order of preference
};
// Precondition: asks_for_websocket().
std::variant<Handshake, HttpResponse> read_handshake(const HttpRequest& request);

// The bytes that accept a handshake.
std::string switching_protocols(const Handshake& handshake, std::string_view subprotocol);

// The bytes of a response that ends the connection; `head_only` leaves out its body.
std::string response_bytes(const HttpResponse& response, bool head_only);

}  // namespace transport

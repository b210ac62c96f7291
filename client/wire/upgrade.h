// The HTTP upgrade that opens a WebSocket (RFC 6455, 4), with the transport's words: of a client whose key is
// always the same, and of a server that takes any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wire {

// What a client asks for. `subprotocol` is the first one offered.
struct UpgradeRequest {
  std::string path;
  std::string accept;  // for Sec-WebSocket-Accept
  std::string subprotocol;
};

// The end of the HTTP header in `bytes` (one past its empty line), or 0 if it is not there yet.
// Throws std::runtime_error when 8 KiB hold no end.
size_t header_end(std::string_view bytes);

std::string client_request(std::string_view host, std::string_view path, std::string_view subprotocol);

// Nothing if `response` accepts what client_request() asked for, or what is wrong with it.
std::optional<std::string> refusal(std::string_view response, std::string_view subprotocol);

// Throws std::runtime_error if `header` is not the upgrade request of a WebSocket client.
UpgradeRequest parse_request(std::string_view header);

std::string server_response(const UpgradeRequest& request);

}  // namespace wire

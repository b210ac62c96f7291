// SHA-1 (RFC 3174) and base64 (RFC 4648), which the WebSocket handshake asks for. Not for security.
#pragma once

#include <string>
#include <string_view>

namespace bench::wire {

// The 20 bytes of the digest.
std::string sha1(std::string_view message);

std::string base64(std::string_view bytes);

}  // namespace bench::wire

// WebSocket unmasking (RFC 6455, section 5.3), 16 bytes at a time. Pure; any thread.
#pragma once

#include <array>
#include <span>

namespace transport {

// Removes a client's mask in place. Tells whether all of the result is ASCII, which costs nothing here and
// spares most messages the validation.
bool unmask(std::span<char> payload, std::array<char, 4> mask);

}  // namespace transport

// UTF-8 validation (RFC 3629) and WebSocket unmasking, 16 bytes at a time where the text is ASCII.
//
// Pure functions; any thread.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace transport {

// True if `text` is whole, well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// Removes a client's mask in place (RFC 6455, section 5.3). Tells whether all of the result is ASCII, which
// costs nothing here and spares most messages the validation.
bool unmask(std::span<char> payload, std::array<char, 4> mask);

}  // namespace transport

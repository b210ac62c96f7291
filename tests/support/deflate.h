// What a client that compresses its WebSocket messages does, with zlib alone (RFC 7692, section 7.2).
#pragma once

#include <string>
#include <string_view>

namespace test_support {

std::string deflated(std::string_view message, int window_bits = 15);

// Throws std::runtime_error if it is no deflate stream, or one that needs a larger window.
std::string inflated(std::string_view message, int window_bits = 15);

}  // namespace test_support

// Base64 (RFC 4648). Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace text {

void append_base64(std::string_view bytes, std::string& out);
std::string to_base64(std::string_view bytes);
// Section 5, without padding.
std::string to_base64url(std::string_view bytes);

// Nothing if it is not base64 with its padding. Unused bits of the last character may have any value.
std::optional<std::string> decode_base64(std::string_view base64);
// Nothing if it is not what to_base64() or to_base64url() makes: each of them is the only text for its bytes.
std::optional<std::string> from_base64(std::string_view base64);
std::optional<std::string> from_base64url(std::string_view base64url);

}  // namespace text

// Base64 (RFC 4648, section 4), for WAMP's way of putting binary data into JSON: "\u0000" and the base64 text
// (advanced profile, "Binary support in JSON").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace serializers {

void append_base64(std::string_view bytes, std::string& out);

// Nothing if the text is not base64 with its padding. Unused bits of the last character may have any value.
std::optional<std::string> decode_base64(std::string_view text);

// The binary data that a JSON string stands for; nothing if it is an ordinary string.
std::optional<std::string> decode_json_binary(std::string_view string);

}  // namespace serializers

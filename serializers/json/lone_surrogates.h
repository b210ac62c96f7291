// Escapes of JSON that are half a character, as they come of a text that was cut in the middle of an emoji:
// "\ud83d". RFC 8259 (section 8.2) allows them, but no UTF-8 can say them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace serializers {

// The same JSON with \ufffd in the place of each, which is as long; nothing if there are none.
std::optional<std::string> without_lone_surrogates(std::string_view json);

}  // namespace serializers

// Which serializers there are.
#pragma once

#include <cstdint>

namespace serializers {

enum class Format : uint8_t { json, msgpack, cbor };
constexpr int format_count = 3;
inline constexpr Format all_formats[format_count] = {Format::json, Format::msgpack, Format::cbor};

}  // namespace serializers

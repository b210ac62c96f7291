// RawSocket's frames (WAMP, advanced profile, "RawSocket Transport") as bytes, for who measures.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "transport/rawsocket/rawsocket.h"

namespace wire {

using transport::RawSocketType;

struct RawSocketHeader {
  static constexpr size_t kSize = transport::rawsocket_header_size;

  RawSocketType type{};
  size_t length = 0;  // of what follows
};

// Reads the header at the start of `bytes`; nothing if it is not complete yet. Throws std::runtime_error for
// a type that does not exist.
std::optional<RawSocketHeader> read_rawsocket_header(std::string_view bytes);

// Throws std::runtime_error if RawSocket has no messages that are as long.
std::string rawsocket_frame(RawSocketType type, std::string_view payload);

}  // namespace wire

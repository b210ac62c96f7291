// What a server says to a client's RawSocket handshake.
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace transport {

struct RawSocketAnswer {
  std::string refusal;        // empty: accepted
  size_t max_frame_size = 0;  // that the server takes, without the header
  bool for_now = false;       // refused, as it has too many connections: another time it may accept
};

// Of what stands at the front of `bytes`; nothing if it is not complete yet. `serializer`: that was asked
// for.
std::optional<RawSocketAnswer> read_rawsocket_answer(std::string_view bytes, uint8_t serializer);

}  // namespace transport

#include "transport/rawsocket/rawsocket_answer.h"

#include "transport/rawsocket/rawsocket.h"

namespace transport {
namespace {

std::string refusal_text(unsigned error) {
  switch (static_cast<RawSocketError>(error)) {
    case RawSocketError::not_served:
      return "an illegal answer";
    case RawSocketError::serializer_unsupported:
      return "it does not have this serializer";
    case RawSocketError::length_unacceptable:
      return "it does not accept the maximum message length";
    case RawSocketError::reserved_bits_used:
      return "it found reserved bits in the handshake";
    case RawSocketError::too_many_connections:
      return "it has too many connections";
  }
  return "error " + std::to_string(error);
}

}  // namespace

std::optional<RawSocketAnswer> read_rawsocket_answer(std::string_view bytes, uint8_t serializer) {
  if (!bytes.empty() && bytes[0] != rawsocket_magic)
    return RawSocketAnswer{"the server does not speak RawSocket"};
  if (bytes.size() < rawsocket_handshake_size) return std::nullopt;
  const RawSocketRequest answer = read_rawsocket_request(bytes);
  if (answer.serializer == 0) {
    const unsigned error = static_cast<uint8_t>(bytes[1]) >> 4;
    return RawSocketAnswer{"the server refuses RawSocket: " + refusal_text(error), 0,
                           static_cast<RawSocketError>(error) == RawSocketError::too_many_connections};
  }
  if (answer.serializer != serializer || answer.reserved_bits)
    return RawSocketAnswer{"the server's answer to the RawSocket handshake is wrong"};
  return RawSocketAnswer{{}, answer.max_frame_size};
}

}  // namespace transport

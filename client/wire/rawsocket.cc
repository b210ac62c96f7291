#include "client/wire/rawsocket.h"

#include <stdexcept>

namespace wire {

std::optional<RawSocketHeader> read_rawsocket_header(std::string_view bytes) {
  if (bytes.size() < RawSocketHeader::kSize) return std::nullopt;
  const transport::RawSocketHeader header = transport::read_rawsocket_header({bytes.data(), bytes.size()});
  if (header.reserved()) throw std::runtime_error("a RawSocket frame of a type that does not exist");
  return RawSocketHeader{header.type(), header.size};
}

std::string rawsocket_frame(RawSocketType type, std::string_view payload) {
  if (payload.size() > transport::max_rawsocket_length)
    throw std::runtime_error("a message of " + std::to_string(payload.size()) +
                             " bytes, but RawSocket has none of more than 16777216");
  const auto header = transport::rawsocket_header(type, payload.size());
  std::string frame(header.data(), header.size());
  return frame.append(payload);
}

}  // namespace wire

// WebSocket frames (RFC 6455, 5.2) as bytes, masked once and for all: the transport's, for who measures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "transport/framing/opcode.h"
#include "transport/websocket/frame.h"

namespace wire {

using transport::Opcode;
using transport::write_frame_header;
using MaskKey = std::array<char, 4>;

// The key of every frame that the load generator sends. It is constant, so that frames can be masked once and
// for all; it is not zero, so that no server gets away without unmasking.
inline constexpr MaskKey kMaskKey = {0x37, '\xfa', 0x21, 0x3d};

// Reads the header at the start of `bytes`; nothing if it is not complete yet. Throws std::runtime_error for
// fragments and extensions, which nothing measured here uses, and for frames of more than 64 MiB.
inline std::optional<transport::FrameHeader> read_frame_header(std::string_view bytes) {
  constexpr uint64_t most = uint64_t{64} << 20;
  if (!bytes.empty() && (static_cast<uint8_t>(bytes[0]) & 0xf0) != 0x80)
    throw std::runtime_error("a frame with FIN unset or reserved bits set");
  auto header = transport::read_frame_header({bytes.data(), bytes.size()});
  if (header && header->payload_size > most) throw std::runtime_error("a frame of more than 64 MiB");
  return header;
}

// Copies while it applies the mask. The ranges may overlap if `to` is not above `from`.
void copy_unmasked(char* to, const char* from, size_t size, MaskKey key);

std::string masked_frame(Opcode opcode, std::string_view payload);

}  // namespace wire

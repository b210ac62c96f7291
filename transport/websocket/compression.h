// Which compression a client and a listener agree on (permessage-deflate: RFC 7692, section 7.1).
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "transport/framing/framing.h"

namespace transport {

// What a listener does for clients that offer it.
struct CompressionOptions {
  uint8_t window_bits = 15;         // of what it sends; 9 to 15
  uint8_t memory_level = 8;         // the same; 1 to 9
  uint8_t client_window_bits = 15;  // that it asks clients for; 9 to 15

  bool operator==(const CompressionOptions&) const = default;
};

struct AgreedCompression {
  Compression compression;
  std::string response;  // for Sec-WebSocket-Extensions
};

// `offers`: the client's Sec-WebSocket-Extensions. The first offer of permessage-deflate that can be accepted
// is; nothing if there is none, or if they are malformed. Context takeover is always declined, for both
// sides: it would cost each connection a window of its own, and frames could not be shared. The window is
// that of the options, or the smallest there is if the client takes less: of all clients there are two kinds.
std::optional<AgreedCompression> agree_on_compression(std::string_view offers,
                                                      const CompressionOptions& options);

}  // namespace transport

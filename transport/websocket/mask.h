// What a client draws by chance, so that nobody can foresee it: the mask over each of its frames, and the key
// of its handshake (RFC 6455, sections 5.3 and 4.1).
//
// Any thread.
#pragma once

#include <string>

#include "transport/memory/buffer.h"

namespace transport {

// Bytes of headroom that masked() needs in front of a frame.
constexpr size_t mask_size = 4;

// The frame with a mask of its own. Precondition: it is a whole one without a mask, unique(), with mask_size
// bytes of headroom.
BufferRef masked(BufferRef frame);

// A fresh Sec-WebSocket-Key.
std::string handshake_key();

}  // namespace transport

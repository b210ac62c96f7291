// The frame of a message, whatever carries it. Pure; any thread.
#pragma once

#include "transport/framing/framing.h"
#include "transport/memory/buffer.h"

namespace transport {

// Not compressed: its header is written into the buffer's headroom, nothing is copied. A message that is too
// long for the peer gives a frame of more than Connection::max_frame_size(), which must not be sent.
// Precondition: message->unique(), max_frame_header bytes of headroom and max_frame_trailer of tailroom.
BufferRef frame_message(Framing framing, BufferRef message);

// The same as a client must send it: over WebSocket masked, of which the bytes are changed. Precondition: as
// above, mask_size more bytes of headroom, and no batches.
BufferRef frame_message_of_client(Framing framing, BufferRef message);

}  // namespace transport

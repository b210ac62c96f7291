#include "transport/messages/frame_message.h"

#include <utility>

#include "transport/rawsocket/rawsocket.h"
#include "transport/websocket/frame.h"
#include "transport/websocket/mask.h"

namespace transport {
namespace {

void put_into_carrier(Framing framing, Buffer& message) {
  using Carrier = Framing::Carrier;
  if (framing.carrier == Carrier::websocket) [[likely]] {
    prepend_header(opcode_of(framing), message.size(), message);
  } else if (framing.carrier == Carrier::rawsocket) {
    const auto header = rawsocket_header(RawSocketType::message, message.size());
    message.prepend({header.data(), header.size()});
  }
}

}  // namespace

BufferRef frame_message(Framing framing, BufferRef message) {
  using Batching = Framing::Batching;
  if (framing.batching == Batching::none) {
    put_into_carrier(framing, *message);
  } else if (framing.batching == Batching::length) {
    char length[batch_length_size];
    write_big_endian(length, sizeof length, message->size());
    message->prepend({length, sizeof length});
  } else {
    const char separator = separator_of(framing);
    message->append({&separator, 1});
  }
  return message;
}

BufferRef frame_message_of_client(Framing framing, BufferRef message) {
  BufferRef frame = frame_message(framing, std::move(message));
  return framing.carrier == Framing::Carrier::websocket ? masked(std::move(frame)) : frame;
}

}  // namespace transport

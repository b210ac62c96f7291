#include "transport/websocket/mask.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

#include <sys/random.h>

#include "text/base64.h"
#include "transport/websocket/frame.h"
#include "transport/websocket/unmask.h"

namespace transport {
namespace {

using Mask = std::array<char, mask_size>;

// Precondition: at most 256 bytes, which come all at once (getrandom(2)).
void draw(std::span<char> into) {
  while (::getrandom(into.data(), into.size(), 0) < 0)
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
}

// The kernel's, many at a time.
Mask fresh_mask() {
  constexpr size_t masks = 64;
  static thread_local std::array<Mask, masks> drawn;
  static thread_local size_t left = 0;
  if (left == 0) {
    draw(std::span(drawn.front().data(), sizeof drawn));
    left = masks;
  }
  return drawn[--left];
}

}  // namespace

BufferRef masked(BufferRef frame) {
  constexpr uint8_t mask_bit = 0x80;
  const FrameHeader header = *read_frame_header({frame->data(), frame->size()});
  const Mask mask = fresh_mask();
  char* const before = frame->data();
  unmask(std::span(before, frame->size()).subspan(header.header_size), mask);
  frame->prepend({mask.data(), mask.size()});
  // The header moves to the front, and the mask between it and the payload.
  std::memmove(frame->data(), before, header.header_size);
  std::memcpy(frame->data() + header.header_size, mask.data(), mask.size());
  frame->data()[1] = static_cast<char>(static_cast<uint8_t>(frame->data()[1]) | mask_bit);
  return frame;
}

std::string handshake_key() {
  std::array<char, 16> key;
  draw(key);
  return text::to_base64({key.data(), key.size()});
}

}  // namespace transport

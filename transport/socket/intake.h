// How far the peer of a socket has come with what was written to it, as far as this system knows.
#pragma once

#include <cstdint>

namespace transport {

struct Intake {
  // Bytes that the peer has taken. Over TCP its system has acknowledged them, which that of a dead one does
  // not. Over a Unix socket its program has read them; the kernel's own overhead blurs that number.
  int64_t taken = 0;
  int64_t waiting = 0;  // bytes that the kernel has and the peer has not taken
  // Bytes that the peer's system would take at once. If they get more, its program has read something.
  // 0: unknown, as over a Unix socket.
  uint32_t window = 0;
};

// `written`: all that was written to the socket.
Intake intake_of(int descriptor, uint64_t written);

}  // namespace transport

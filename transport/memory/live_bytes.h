// The bytes of all buffers there are: queues, payloads on their way, events that are kept.
//
// Any thread. Counted by each thread for itself, so buffers that are made and released cost no locked
// instruction.
#pragma once

#include <cstddef>

namespace transport {

size_t live_buffer_bytes();

// What the calling thread has made more than it has released, since it began; of one thread alone it may be
// negative.
std::ptrdiff_t live_buffer_bytes_of_thread();

}  // namespace transport

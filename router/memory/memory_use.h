// What the process takes of memory, and what it may take. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "router/memory/memory_guard.h"

namespace router {

// As of now. The address space as a whole, not since any time.
MemoryUse memory_use();

// From now on the allocator gives large blocks, and the ends of its heaps, back to the kernel when they are
// freed. By itself it keeps tens of MiB of each thread's heap after it has freed a block of such a size
// (mallopt(3), "dynamic mmap threshold"). And no allocation joins all the small pieces that were freed before
// it. Once, at the start.
void set_up_allocator();

// What the kernel would let the process have: the smallest of the machine's memory, the limits of its control
// group and of those above it, and its own limit of data.
uint64_t allowed_memory();
// Its limit of address space; 0: none.
uint64_t allowed_addresses();

// The limit in the file of a control group; 0: none, or the text is "max" or anything else.
uint64_t control_group_limit(std::string_view text);
// The path of the control group of version 2 in /proc/self/cgroup; of version 1, the one for memory.
std::string control_group_path(std::string_view text, bool version_2);

}  // namespace router

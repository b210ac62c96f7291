// What the kernel knows of a process. Throws std::runtime_error if there is no such process.
#pragma once

#include <cstdint>

namespace bench::load {

// Time that its threads have spent on a CPU so far, system calls included. For another process: what this one
// has used since it last waited is not in it.
uint64_t cpu_time_ns(int pid);

// The same for this process, up to now.
uint64_t own_cpu_time_ns();

uint64_t resident_bytes(int pid);

uint64_t open_descriptors(int pid);

}  // namespace bench::load

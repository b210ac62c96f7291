// What the kernel knows of a process. Throws std::runtime_error if there is no such process.
#pragma once

#include <cstdint>

namespace bench::load {

// Time that its threads have spent on a CPU so far, system calls included. Of a thread that runs just now, up
// to the kernel's last tick.
uint64_t cpu_time_ns(int pid);

uint64_t resident_bytes(int pid);

uint64_t open_descriptors(int pid);

}  // namespace bench::load

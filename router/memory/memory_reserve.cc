#include "router/memory/memory_reserve.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <new>

#include <sys/mman.h>

namespace router::memory_reserve {
namespace {

constexpr size_t block_size = 1024 * 1024;
std::array<std::atomic<void*>, 8> blocks{};  // null: taken
std::atomic<bool> is_set_up = false;

// Called by operator new, which tries again afterwards.
void give_out() {
  for (std::atomic<void*>& block : blocks)
    if (void* const memory = block.exchange(nullptr)) {
      ::munmap(memory, block_size);
      return;
    }
  throw std::bad_alloc();
}

}  // namespace

void set_up() {
  is_set_up = true;
  refill();
  std::set_new_handler(give_out);
}

void refill() {
  if (!is_set_up) return;
  for (std::atomic<void*>& block : blocks) {
    if (block.load()) continue;
    void* const memory = ::mmap(nullptr, block_size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return;
    void* none = nullptr;
    if (!block.compare_exchange_strong(none, memory)) ::munmap(memory, block_size);
  }
}

}  // namespace router::memory_reserve

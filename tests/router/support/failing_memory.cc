#include "tests/router/support/failing_memory.h"

#include <cstdlib>

namespace router {
namespace {

thread_local size_t allocations_left = 0;  // 0: no end
thread_local bool failed = false;          // since the last one was made

void* allocate(size_t bytes, size_t alignment) {
  if (allocations_left > 0 && --allocations_left == 0) {
    failed = true;
    throw std::bad_alloc();
  }
  void* const memory = alignment > alignof(std::max_align_t)
                           ? std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)
                           : std::malloc(bytes);
  if (!memory) throw std::bad_alloc();
  return memory;
}

}  // namespace

FailingMemory::FailingMemory(size_t at) {
  failed = false;
  allocations_left = at;
}

FailingMemory::~FailingMemory() {
  allocations_left = 0;
}

bool FailingMemory::has_failed() const {
  return failed;
}

}  // namespace router

// Not inlined: the compiler takes free() for the wrong end of what it knows to come from operator new.
[[gnu::noinline]] void* operator new(size_t bytes) {
  return router::allocate(bytes, 0);
}
[[gnu::noinline]] void* operator new(size_t bytes, std::align_val_t alignment) {
  return router::allocate(bytes, static_cast<size_t>(alignment));
}
[[gnu::noinline]] void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return router::allocate(bytes, 0);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}

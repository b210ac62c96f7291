// The memory of this thread runs out at a chosen allocation, once.
#pragma once

#include <cstddef>
#include <new>

namespace router {

class FailingMemory {
 public:
  // From the `at`-th allocation of this thread on, counted from 1.
  explicit FailingMemory(size_t at);
  ~FailingMemory();
  FailingMemory(const FailingMemory&) = delete;

  bool has_failed() const;
};

// Tries `change` with memory that fails at its `at`-th allocation. False: it needs fewer, and is done.
template <class Change>
bool fails(size_t at, Change change) {
  const FailingMemory memory(at);
  try {
    change();
  } catch (const std::bad_alloc&) {
  }
  return memory.has_failed();
}

}  // namespace router

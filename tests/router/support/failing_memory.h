// The memory of this thread runs out at a chosen allocation, once.
#pragma once

#include <chrono>
#include <cstddef>
#include <new>

#include <gtest/gtest.h>

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

// Calls try_with(1), try_with(2), ...: it tells whether the allocation of that number has failed. Returns how
// many have, or had by the time that something was not as expected.
template <class Try>
size_t let_each_allocation_fail(Try try_with) {
  size_t at = 1;
  while (try_with(at) && !testing::Test::HasFailure()) ++at;
  return at - 1;
}

// After that what lacked memory has been tried again.
constexpr auto a_while = std::chrono::milliseconds(20);

}  // namespace router

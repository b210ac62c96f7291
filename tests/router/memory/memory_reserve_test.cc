#include "router/memory/memory_reserve.h"

#include <gtest/gtest.h>

#include "router/memory/memory_use.h"

namespace router {
namespace {

TEST(MemoryReserve, IsNotTakenOfAProcessThatHasNotAskedForIt) {
  const uint64_t before = memory_use().addresses;
  memory_reserve::refill();
  EXPECT_LT(memory_use().addresses, before + 1024 * 1024);
}

}  // namespace
}  // namespace router

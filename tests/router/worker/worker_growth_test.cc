// Memory is looked at early when very much comes at once.
#include <vector>

#include <gtest/gtest.h>

#include "router/worker/worker.h"
#include "transport/memory/buffer.h"

namespace router {
namespace {

constexpr size_t mebibyte = 1024 * 1024;

TEST(AWorker, TellsEachTimeWhenItsBuffersHaveGrownByMuch) {
  Worker worker(0, 1);
  int told = 0;
  worker.tell_of_growth(10 * mebibyte, [&told] { ++told; });
  std::vector<transport::BufferRef> buffers;
  const auto grow = [&](int by_mebibyte) {
    for (int i = 0; i < by_mebibyte; ++i) buffers.push_back(transport::Buffer::create(0, mebibyte));
    worker.end_turn();
  };
  grow(9);
  EXPECT_EQ(told, 0);
  grow(1);
  EXPECT_EQ(told, 1);
  worker.end_turn();
  EXPECT_EQ(told, 1);
  grow(10);
  EXPECT_EQ(told, 2);
  buffers.clear();
  worker.end_turn();
  grow(9);
  EXPECT_EQ(told, 2) << "what is released does not count";
  grow(1);
  EXPECT_EQ(told, 3);
}

}  // namespace
}  // namespace router

#include "transport/memory/buffer.h"

#include <thread>

#include <gtest/gtest.h>

#include "transport/memory/kept_blocks.h"
#include "transport/memory/live_bytes.h"

namespace transport {
namespace {

TEST(Buffer, ContentIsAppendedAndPrependedAroundWhatIsThere) {
  const BufferRef buffer = Buffer::create(4, 8);
  buffer->append("cd");
  buffer->prepend("ab");
  buffer->append("ef");
  EXPECT_EQ(buffer->view(), "abcdef");
  EXPECT_EQ(buffer->headroom(), 2u);
}

TEST(Buffer, HasAtLeastTheRoomAskedForAtAnySize) {
  for (size_t capacity : {0u, 1u, 229u, 230u, 231u, 1000u, 4000u, 5000u, 100000u}) {
    const BufferRef buffer = Buffer::create(10, capacity);
    EXPECT_GE(buffer->tailroom(), capacity);
    const std::string content(capacity, 'x');
    buffer->append(content);
    buffer->prepend("0123456789");
    EXPECT_EQ(buffer->view(), "0123456789" + content);
  }
}

TEST(Buffer, IsUniqueUntilItIsShared) {
  BufferRef buffer = Buffer::create(0, 1);
  EXPECT_TRUE(buffer->unique());
  BufferRef other = buffer;
  EXPECT_FALSE(buffer->unique());
  other = {};
  EXPECT_TRUE(buffer->unique());
}

TEST(Buffer, ReleasedBlocksAreFreshWhenTheyComeBack) {
  for (int round = 0; round < 2000; ++round) {
    const BufferRef buffer = Buffer::create(10, 100);
    EXPECT_EQ(buffer->size(), 0u);
    EXPECT_EQ(buffer->headroom(), 10u);
    EXPECT_TRUE(buffer->unique());
    buffer->append("content");
  }
}

TEST(Buffer, MayBeReleasedByAThreadThatNeverMadeOne) {
  std::vector<BufferRef> buffers;
  for (int i = 0; i < 1000; ++i) buffers.push_back(Buffer::create(10, 100));
  std::thread([taken = std::move(buffers)]() mutable { taken.clear(); }).join();
}

TEST(Buffer, CountsTheBytesItsThreadCreates) {
  const size_t before = Buffer::created_bytes();
  const BufferRef buffer = Buffer::create(10, 1000);
  EXPECT_GE(Buffer::created_bytes() - before, 1010u);
}

TEST(Buffer, GrowsWithItsContent) {
  BufferRef buffer = Buffer::create(10, 100'000);
  buffer->append("content");
  Buffer::grow(buffer, 300'000);
  EXPECT_EQ(buffer->view(), "content");
  EXPECT_EQ(buffer->headroom(), 10u);
  EXPECT_GE(buffer->tailroom(), 300'000u - 7);
  const std::string more(250'000, 'x');
  buffer->append(more);
  EXPECT_EQ(buffer->view().substr(0, 8), "contentx");
  EXPECT_EQ(buffer->size(), 250'007u);
}

TEST(Buffer, NarrowsToAPartOfItsContent) {
  const BufferRef buffer = Buffer::create(0, 16);
  buffer->append("0123456789");
  buffer->narrow(buffer->view().substr(3, 4));
  EXPECT_EQ(buffer->view(), "3456");
  buffer->prepend("ab");
  buffer->append("cdef");
  EXPECT_EQ(buffer->view(), "ab3456cdef");
}

TEST(Buffer, LongOnesAreFreshWhenTheyComeBack) {
  for (int round = 0; round < 100; ++round) {
    std::vector<BufferRef> buffers;
    for (size_t size = 20'000; size < 2'000'000; size *= 2) {
      buffers.push_back(Buffer::create(5, size));
      EXPECT_EQ(buffers.back()->size(), 0u);
      EXPECT_EQ(buffers.back()->headroom(), 5u);
      EXPECT_GE(buffers.back()->tailroom(), size);
      buffers.back()->append(std::string(size, 'x'));
    }
  }
}

TEST(Buffer, ThatIsShortDoesNotHoldTheBlockOfALongOne) {
  Buffer::create(0, 3'000'000);
  const BufferRef kept_for_long = Buffer::create(0, 20'000);
  EXPECT_LE(kept_for_long->tailroom(), 2 * 20'200u);
}

// Of a thread of its own, which keeps nothing of other tests.
void take_of_those_that_are_kept() {
  EXPECT_FALSE(Buffer::take_kept(1'000'000)) << "nothing is kept yet";
  Buffer::create(0, 1'000'000);
  EXPECT_FALSE(Buffer::take_kept(100'000)) << "far too long";
  const BufferRef kept = Buffer::take_kept(1'000'000);
#ifndef WAMPD_SANITIZED  // nothing is kept there
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), 0u);
  EXPECT_EQ(kept->headroom(), 0u);
  EXPECT_GE(kept->tailroom(), 1'000'000u);
#endif
  EXPECT_FALSE(Buffer::take_kept(1'000'000)) << "it is in use";
}

TEST(Buffer, IsTakenOfThoseThatAreKeptIfOneIsAboutThatLong) {
  std::thread(take_of_those_that_are_kept).join();
}

// Of a thread of its own as well.
void give_back_what_is_kept() {
  give_back_kept_blocks();  // nothing
  for (const size_t size : {100u, 20'000u, 1'000'000u}) Buffer::create(0, size);
  const BufferRef in_use = Buffer::create(0, 500'000);
  in_use->append("in use");
  give_back_kept_blocks();
  EXPECT_FALSE(Buffer::take_kept(1'000'000));
  EXPECT_EQ(in_use->view(), "in use");
  for (int round = 0; round < 2000; ++round) Buffer::create(0, 100)->append("as before");
}

TEST(Buffer, ThatIsReleasedIsGivenBackWhenItsThreadIsTold) {
  std::thread(give_back_what_is_kept).join();
}

TEST(LiveBytes, KnowOfBuffersThatGrow) {
  const size_t before = live_buffer_bytes();
  BufferRef buffer = Buffer::create(0, 100'000);
  Buffer::grow(buffer, 1'000'000);
  EXPECT_GE(live_buffer_bytes(), before + 1'000'000);
  buffer = {};
  EXPECT_EQ(live_buffer_bytes(), before);
}

TEST(LiveBytes, AreThoseOfAllBuffersWhoeverMadeThem) {
  const size_t before = live_buffer_bytes();
  BufferRef small = Buffer::create(0, 10), large = Buffer::create(10, 100'000);
  EXPECT_GE(live_buffer_bytes(), before + 100'010);
  BufferRef of_another;
  std::thread([&] { of_another = Buffer::create(0, 50'000); }).join();
  EXPECT_GE(live_buffer_bytes(), before + 150'010);
  std::thread([&] { large = {}; }).join();
  of_another = {};
  small = {};
  EXPECT_EQ(live_buffer_bytes(), before);
}

}  // namespace
}  // namespace transport

#include "transport/memory/write_queue.h"

#include <random>

#include <gtest/gtest.h>

namespace transport {
namespace {

BufferRef frame(const std::string& content) {
  BufferRef buffer = Buffer::create(0, content.size());
  buffer->append(content);
  return buffer;
}

class Queue : public testing::Test {
 protected:
  std::span<iovec> gather(size_t max_parts = 8) {
    return queue.gather(scratch, std::span(parts).first(max_parts));
  }

  std::string gathered(size_t max_parts = 8) {
    std::string bytes;
    for (const iovec& part : gather(max_parts))
      bytes.append(static_cast<const char*>(part.iov_base), part.iov_len);
    return bytes;
  }

  std::vector<char> scratch = std::vector<char>(6000);
  std::array<iovec, 8> parts{};
  WriteQueue queue;
};

TEST_F(Queue, IsEmptyAtFirst) {
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(gather().empty());
}

TEST_F(Queue, SmallFramesAreOnePart) {
  for (const char* content : {"one", "two", "three"}) queue.push(frame(content));
  EXPECT_EQ(gathered(), "onetwothree");
  EXPECT_EQ(gather().size(), 1u);
}

TEST_F(Queue, LargeFramesAreNotCopied) {
  const BufferRef large = frame(std::string(5000, 'L'));
  queue.push(frame("before"));
  queue.push(BufferRef(large));
  queue.push(frame("after"));
  EXPECT_EQ(gathered(), "before" + std::string(5000, 'L') + "after");
  EXPECT_EQ(gather()[1].iov_base, large->data());
}

TEST_F(Queue, GoesOnInsideAFrame) {
  queue.push(frame("abc"));
  queue.push(frame("def"));
  queue.pop(4);
  EXPECT_EQ(queue.bytes(), 2u);
  EXPECT_EQ(gathered(), "ef");
}

TEST_F(Queue, GathersNoMoreThanItsRoom) {
  for (int i = 0; i < 10; ++i) queue.push(frame(std::string(1000, 's')));
  EXPECT_EQ(gathered().size(), 6000u);
  queue.clear();
  for (int i = 0; i < 10; ++i) queue.push(frame(std::string(3000, 'L')));
  EXPECT_EQ(gathered(4).size(), 12000u);
}

TEST_F(Queue, LosesNoByteWhereverAWriteEnds) {
  std::mt19937 random(5);
  std::string pushed, written;
  for (int round = 0; round < 3000; ++round) {
    for (auto i = random() % 4; i > 0; --i) {
      const size_t size = random() % 10 == 0 ? 4000 : random() % 100;
      const std::string content(size, static_cast<char>('a' + round % 26));
      pushed += content;
      queue.push(frame(content));
    }
    const std::string bytes = gathered(1 + random() % 8);
    const size_t taken = bytes.empty() ? 0 : random() % (bytes.size() + 1);
    written += bytes.substr(0, taken);
    queue.pop(taken);
    ASSERT_EQ(queue.bytes(), pushed.size() - written.size());
  }
  while (!queue.empty()) {
    const std::string bytes = gathered();
    written += bytes;
    queue.pop(bytes.size());
  }
  EXPECT_TRUE(written == pushed);
}

// ---- memory

std::string rest_of(WriteQueue& queue) {
  std::string bytes;
  std::vector<char> scratch(6000);
  std::array<iovec, 8> parts{};
  while (!queue.empty()) {
    size_t size = 0;
    for (const iovec& part : queue.gather(scratch, parts)) {
      bytes.append(static_cast<const char*>(part.iov_base), part.iov_len);
      size += part.iov_len;
    }
    queue.pop(size);
  }
  return bytes;
}

TEST_F(Queue, KnowsWhatItsFramesTakeWhileThePeerTakesNothing) {
  EXPECT_EQ(queue.held(), 0u);
  queue.push(frame("one"));
  EXPECT_EQ(queue.held(), 3u);
  queue.begin_to_wait();
  EXPECT_EQ(queue.held(), frame("one")->held());
  queue.push(frame(std::string(5000, 'x')));
  EXPECT_EQ(queue.held(), frame("one")->held() + frame(std::string(5000, 'x'))->held());
  queue.pop(3);
  EXPECT_EQ(queue.held(), frame(std::string(5000, 'x'))->held());
  queue.pop(5000);
  EXPECT_EQ(queue.held(), 0u);
}

TEST_F(Queue, ShortFramesThatWaitAreJoined) {
  std::string expected;
  queue.begin_to_wait();
  for (int i = 0; i < 1000; ++i) {
    const std::string content = "message " + std::to_string(i) + ";";
    expected += content;
    queue.push(frame(content));
  }
  EXPECT_EQ(queue.bytes(), expected.size());
  EXPECT_LT(queue.held() + queue.own_held(), expected.size() * 5 / 4 + 4096);
  EXPECT_EQ(rest_of(queue), expected);
  EXPECT_EQ(queue.held(), 0u);
}

TEST_F(Queue, FramesAreJoinedAlsoBehindOneThatIsWrittenInPart) {
  queue.push(frame("0123456789"));
  queue.pop(4);
  queue.begin_to_wait();
  for (int i = 0; i < 100; ++i) queue.push(frame("abcdef"));
  std::string expected = "456789";
  for (int i = 0; i < 100; ++i) expected += "abcdef";
  EXPECT_EQ(rest_of(queue), expected);
}

TEST_F(Queue, WhatOthersHoldTooIsNotJoined) {
  const BufferRef shared = frame("shared");
  queue.begin_to_wait();
  queue.push(BufferRef(shared));
  for (int i = 0; i < 100; ++i) queue.push(BufferRef(shared));
  EXPECT_EQ(queue.held(), 101 * shared->held());
  EXPECT_EQ(shared->view(), "shared");
}

TEST_F(Queue, KnowsItsShareOfWhatOthersHoldToo) {
  const BufferRef shared = frame(std::string(1000, 's'));
  queue.begin_to_wait();
  queue.push(BufferRef(shared));
  EXPECT_EQ(queue.share(), shared->held() / 2);
  queue.push(frame(std::string(1000, 'o')));
  EXPECT_EQ(queue.share(), shared->held() / 2 + shared->held());
}

TEST_F(Queue, GivesBackTheRoomOfABurst) {
  for (int i = 0; i < 100; ++i) queue.push(frame("x"));
  queue.pop(100);
  queue.release_memory();
  EXPECT_EQ(queue.own_held(), 0u);
  for (int i = 0; i < 5000; ++i) queue.push(frame("x"));
  queue.pop(5000);
  EXPECT_EQ(queue.own_held(), 0u) << "of a long one at once";
}

}  // namespace
}  // namespace transport

#include "transport/loop/descriptor_watch.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/loop/loop.h"

namespace transport {
namespace {

using namespace std::chrono_literals;

class Watched : public testing::Test {
 protected:
  Watched() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
  ~Watched() override {
    for (const int end : ends) ::close(end);
  }
  // The watch closes it.
  int copy() const { return ::dup(ends[0]); }
  std::string read(size_t most) const {
    std::string text(most, '\0');
    const auto size = ::recv(ends[0], text.data(), most, 0);
    return text.substr(0, size > 0 ? static_cast<size_t>(size) : 0);
  }

  std::array<int, 2> ends{};
  Loop loop;
};

TEST_F(Watched, IsReadAgainAndAgainAsLongAsThereIsSomething) {
  std::string all;
  DescriptorWatch watch(
      loop, copy(),
      [&] {
        all += read(2);
        if (all.size() == 7) loop.stop();
      },
      [] { FAIL() << "nobody asked"; });
  watch.start();
  ASSERT_EQ(::send(ends[1], "letters", 7, 0), 7);
  loop.run();
  EXPECT_EQ(all, "letters");
}

TEST_F(Watched, IsToldWhenItEnds) {
  DescriptorWatch watch(
      loop, copy(), [&] { loop.stop(); }, [] {});
  watch.start();
  ::shutdown(ends[1], SHUT_WR);
  loop.run();
}

TEST_F(Watched, IsWritableOnceForEachTimeThatThisIsAsked) {
  const std::string much(1'000'000, 'a');
  while (::send(ends[0], much.data(), much.size(), MSG_NOSIGNAL) > 0) {
  }
  int times = 0;
  DescriptorWatch watch(
      loop, copy(), [] {},
      [&] {
        ++times;
        loop.after(5ms, [&] { loop.stop(); });
      });
  watch.await_writable();
  watch.await_writable();
  loop.after(5ms, [&] {
    EXPECT_EQ(times, 0) << "there is no room yet";
    std::string text(much.size(), '\0');
    while (::recv(ends[1], text.data(), text.size(), 0) > 0) {
    }
  });
  loop.run();
  EXPECT_EQ(times, 1);
}

TEST_F(Watched, MayEndWhileItIsTold) {
  std::optional<DescriptorWatch> watch;
  int times = 0;
  watch.emplace(
      loop, copy(),
      [&] {
        ++times;
        watch.reset();
        loop.after(5ms, [&] { loop.stop(); });
      },
      [] {});
  watch->start();
  ASSERT_EQ(::send(ends[1], "letters", 7, 0), 7);
  loop.run();
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace transport

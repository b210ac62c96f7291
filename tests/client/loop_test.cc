// What a program waits for on its loop besides its sessions.
#include "client/loop.h"

#include <array>
#include <functional>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace client {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    for (const int end : ends_) ::close(end);
  }
  Pipe(const Pipe&) = delete;

  int reading_end() const { return ends_[0]; }
  void fill() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
  char take() const {
    char taken = 0;
    EXPECT_EQ(::read(ends_[0], &taken, 1), 1);
    return taken;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(ADescriptor, IsToldEachTimeSomebodyWaitsForIt) {
  Loop loop;
  const Pipe pipe;
  int told = 0;
  const std::function<void()> wait = [&] {
    loop.when_readable(pipe.reading_end(), [&] {
      pipe.take();
      if (++told == 3) return loop.stop();
      wait();
      pipe.fill();
    });
  };
  wait();
  loop.post([&] { pipe.fill(); });
  loop.run();
  EXPECT_EQ(told, 3);
}

TEST(ADescriptor, StaysAsItIs) {
  Loop loop;
  const Pipe pipe;
  const int before = ::fcntl(pipe.reading_end(), F_GETFL);
  loop.when_readable(pipe.reading_end(), [&] { loop.stop(); });
  pipe.fill();
  EXPECT_EQ(::fcntl(pipe.reading_end(), F_GETFL), before);
  loop.run();
  EXPECT_EQ(::fcntl(pipe.reading_end(), F_GETFL), before);
}

TEST(ADescriptor, OfAFileIsReadableAtOnce) {
  Loop loop;
  for (const std::string path : {"/dev/null", "/proc/self/exe"}) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    bool told = false;
    loop.when_readable(descriptor, [&] {
      told = true;
      loop.stop();
    });
    loop.run();
    EXPECT_TRUE(told) << path;
    ::close(descriptor);
  }
}

TEST(ADescriptor, ThatIsForgottenIsNotToldThoughItWasReadyAlready) {
  Loop loop;
  const Pipe one, other;
  int told = 0;
  const auto wait = [&](const Pipe& pipe, const Pipe& forgotten) {
    loop.when_readable(pipe.reading_end(), [&] {
      ++told;
      loop.forget(forgotten.reading_end());
      loop.post([&] { loop.stop(); });
    });
  };
  one.fill();
  other.fill();
  wait(one, other);
  wait(other, one);
  loop.run();
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace client

#include "transport/socket/intake.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/socket/socket.h"

namespace transport {
namespace {

const std::string much(1'000'000, 'x');

// Two ends of one connection: what is written to `here` is there to be read of `there`.
struct Ends {
  static Ends over_tcp() {
    const Descriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener.get(), any, size);
    ::listen(listener.get(), 1);
    ::getsockname(listener.get(), any, &size);
    Descriptor there(::socket(AF_INET, SOCK_STREAM, 0));
    ::connect(there.get(), any, size);
    return {Descriptor(::accept(listener.get(), nullptr, nullptr)), std::move(there)};
  }
  static Ends over_unix() {
    int both[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
    return {Descriptor(both[0]), Descriptor(both[1])};
  }

  // As much as the kernels take.
  void fill() {
    for (ssize_t sent = 0; sent >= 0; written += static_cast<uint64_t>(sent)) {
      sent = ::send(here.get(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0) return;
    }
  }
  size_t read(size_t most) {
    std::string into(most, '\0');
    const ssize_t got = ::recv(there.get(), into.data(), into.size(), MSG_DONTWAIT);
    return got < 0 ? 0 : static_cast<size_t>(got);
  }
  Intake intake() const { return intake_of(here.get(), written); }

  Descriptor here, there;
  uint64_t written = 0;
};

TEST(AnIntake, OverTcpIsWhatThePeersSystemHasAcknowledged) {
  Ends ends = Ends::over_tcp();
  ends.fill();
  const Intake before = ends.intake();
  EXPECT_GT(before.waiting, 0);
  EXPECT_GT(before.taken, 0);
  EXPECT_LT(before.taken, static_cast<int64_t>(ends.written));
  size_t read = 0;
  while (ends.intake().taken == before.taken && read < ends.written) read += ends.read(10'000);
  EXPECT_LT(read, ends.written);
}

TEST(AnIntake, OverTcpShowsByItsWindowThatTheProgramReads) {
  Ends ends = Ends::over_tcp();
  ends.fill();
  const uint32_t closed = ends.intake().window;
  while (ends.intake().waiting > 0) ends.read(1'000'000);
  EXPECT_GT(ends.intake().window, closed);
}

TEST(AnIntake, OfADeadHostIsNothingWhateverTheKernelTakes) {
  Ends ends = Ends::over_tcp();
  const Intake before = ends.intake();
  sock_filter nothing_passes = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog filter{1, &nothing_passes};
  ASSERT_EQ(::setsockopt(ends.there.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), 0);
  ends.fill();
  const Intake after = ends.intake();
  EXPECT_EQ(after.taken, before.taken);
  EXPECT_EQ(after.window, before.window);
  EXPECT_EQ(after.waiting, static_cast<int64_t>(ends.written));
}

TEST(AnIntake, OverAUnixSocketIsWhatTheProgramHasRead) {
  Ends ends = Ends::over_unix();
  ends.fill();
  const Intake before = ends.intake();
  size_t read = 0;
  while (ends.intake().taken == before.taken && read < ends.written) read += ends.read(10'000);
  EXPECT_LT(read, ends.written / 3);
  while (const size_t got = ends.read(1'000'000)) read += got;
  EXPECT_EQ(ends.intake().taken, static_cast<int64_t>(ends.written));
  EXPECT_EQ(ends.intake().waiting, 0);
}

}  // namespace
}  // namespace transport

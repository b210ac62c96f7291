// Peers that read nothing, over real sockets: what they hold back, and what they do not.
#include <atomic>
#include <thread>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::StartsWith;

constexpr int chunks = 2000;
const std::string chunk_text(32 * 1024, 'x');

// True when `count` has stood still for a while: whoever counts is blocked, or done.
void wait_until_still(const std::atomic<int>& count) {
  int last = -1;
  for (int unchanged = 0; unchanged < 20; ++unchanged) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const int now = count;
    if (now != last) unchanged = 0;
    last = now;
  }
}

TEST(ASlowCaller, SlowsItsCalleeDownAndLosesNothing) {
  RunningServer router;
  WampClient callee = router.join(Format::msgpack);
  callee.says(R"([64,1,{},"com.report"])");
  callee.hears();
  WampClient caller = router.join(Format::json);
  WampClient other = router.join(Format::cbor);
  caller.says(R"([48,1,{"receive_progress":true},"com.report"])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"receive_progress":true}])");

  std::atomic<int> sent{0};
  std::thread streaming([&] {
    for (int number = 0; number < chunks; ++number, ++sent)
      callee.says(R"([70,1,{"progress":true},[)" + std::to_string(number) + ",\"" + chunk_text + "\"]]");
    callee.says("[70,1,{}]");
  });
  wait_until_still(sent);
  EXPECT_LT(sent, chunks) << "64 MiB went somewhere, although nobody reads";
  other.says(R"([32,1,{},"com.topic"])");
  EXPECT_EQ(other.hears(), "[33,1,1]") << "others are served meanwhile";

  for (int number = 0; number < chunks; ++number)
    ASSERT_THAT(caller.hears(), StartsWith(R"([50,1,{"progress":true},[)" + std::to_string(number) + ","));
  EXPECT_EQ(caller.hears(), "[50,1,{}]");
  streaming.join();
}

TEST(ASlowCallee, SlowsItsCallerDownAndLosesNothing) {
  RunningServer router;
  WampClient callee = router.join(Format::json);
  callee.says(R"([64,1,{},"com.upload"])");
  callee.hears();
  WampClient caller = router.join(Format::msgpack);

  std::atomic<int> sent{0};
  std::thread streaming([&] {
    for (int number = 0; number < chunks; ++number, ++sent)
      caller.says(R"([48,1,{"progress":true},"com.upload",[)" + std::to_string(number) + ",\"" + chunk_text +
                  "\"]]");
    caller.says(R"([48,1,{},"com.upload"])");
  });
  wait_until_still(sent);
  EXPECT_LT(sent, chunks) << "64 MiB went somewhere, although nobody reads";

  for (int number = 0; number < chunks; ++number)
    ASSERT_THAT(callee.hears(), StartsWith(R"([68,1,1,{"progress":true},[)" + std::to_string(number) + ","));
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
  streaming.join();
}

TEST(ADeadHolder, LosesItsProceduresToWhoAsksForThem) {
  RunningServer router;
  WampClient dead = router.join(Format::msgpack);
  for (int i = 1; i <= 100; ++i)
    dead.says("[64," + std::to_string(i) + ",{},\"com.p" + std::to_string(i) + "\"]");
  for (int i = 1; i <= 100; ++i) dead.hears();
  // From now on it reads nothing, so it answers no ping.
  WampClient fresh = router.join(Format::json);
  for (int i = 1; i <= 100; ++i)
    fresh.says("[64," + std::to_string(i) + ",{},\"com.p" + std::to_string(i) + "\"]");
  for (int i = 1; i <= 100; ++i) EXPECT_THAT(fresh.hears(), StartsWith("[65," + std::to_string(i) + ","));
}

}  // namespace
}  // namespace router

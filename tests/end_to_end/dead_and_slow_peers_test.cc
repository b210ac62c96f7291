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

// Who reads nothing is not given up, however long a slow machine takes for all that is sent.
config::Config patient_config() {
  config::Config config = test_config();
  config.transports.front().limits.ping_timeout_ms = 600'000;
  return config;
}

TEST(ASlowCaller, SlowsItsCalleeDownAndLosesNothing) {
  RunningServer router(patient_config());
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

TEST(ASlowCaller, MakesNobodyElseWaitForItsCallee) {
  RunningServer router(patient_config());
  WampClient callee = router.join(Format::msgpack);
  callee.says(R"([64,1,{},"com.report"])");
  callee.hears();
  WampClient caller = router.join(Format::json);
  WampClient other = router.join(Format::cbor);
  caller.says(R"([48,1,{"receive_progress":true},"com.report"])");
  callee.hears();

  std::atomic<int> sent{0};
  std::thread streaming([&] {
    for (int number = 0; number < chunks; ++number, ++sent)
      callee.says(R"([70,1,{"progress":true},[)" + std::to_string(number) + ",\"" + chunk_text + "\"]]");
  });
  wait_until_still(sent);
  EXPECT_LT(sent, chunks) << "64 MiB went somewhere, although nobody reads";
  other.says(R"([48,1,{},"com.report"])");
  streaming.join();
  EXPECT_EQ(callee.hears(), "[68,2,1,{}]");
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
  callee.says("[70,2,{}]");
  EXPECT_EQ(other.hears(), "[50,1,{}]");

  int number = 0;
  std::string heard = caller.hears();
  for (; heard.starts_with("[50,"); heard = caller.hears(), ++number)
    ASSERT_THAT(heard, StartsWith(R"([50,1,{"progress":true},[)" + std::to_string(number) + ","));
  EXPECT_THAT(heard, StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_GT(number, 0);
}

TEST(ASlowCallee, SlowsItsCallerDownAndLosesNothing) {
  RunningServer router(patient_config());
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

TEST(ASlowCallee, GetsAllCallsThatWaitedWhenItReadsAgain) {
  constexpr int calls = 100;  // 50 MiB: more than queue and kernels take, less than is kept for a session
  RunningServer router(patient_config());
  WampClient callee = router.join(Format::msgpack);
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  WampClient caller = router.join(Format::msgpack);
  const std::string argument = "[\"" + std::string(512 * 1024, 'x') + "\"]";
  for (int i = 1; i <= calls; ++i)
    caller.says("[48," + std::to_string(i) + R"(,{},"com.add",)" + argument + "]");
  caller.says("[48," + std::to_string(calls + 1) + R"(,{},"wamp.session.count"])");
  EXPECT_EQ(caller.hears(), "[50," + std::to_string(calls + 1) + ",{},[2]]");
  for (int i = 1; i <= calls; ++i) {
    ASSERT_THAT(callee.hears(), StartsWith("[68," + std::to_string(i) + ",1,{},[\"xxx"));
    callee.says("[70," + std::to_string(i) + ",{}]");
  }
  for (int i = 1; i <= calls; ++i) EXPECT_EQ(caller.hears(), "[50," + std::to_string(i) + ",{}]");
}

TEST(AHolderThatIsBusyReading, KeepsItsProcedure) {
  config::Config config = test_config(1);
  config.realms.front().limits.probe_timeout_ms = 60'000;
  RunningServer router(std::move(config));
  WampClient holder = router.join(Format::msgpack);
  holder.says(R"([64,1,{},"com.add"])");
  holder.hears();
  WampClient caller = router.join(Format::msgpack);
  caller.says(R"([48,1,{},"com.add",[")" + std::string(7 * 1024 * 1024, 'x') + "\"]]");
  caller.says(R"([48,2,{},"wamp.session.count"])");
  EXPECT_EQ(caller.hears(), "[50,2,{},[2]]");
  WampClient other = router.join(Format::json);
  other.says(R"([64,1,{},"com.add"])");
  // It cannot answer the ping yet, as the call lies before it. Its system may have taken more meanwhile, or takes it now.
  holder.raw().read(300'000);
  EXPECT_THAT(other.hears(), StartsWith(R"([8,64,1,{},"wamp.error.procedure_already_exists")"));
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

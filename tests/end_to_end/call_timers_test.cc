// What calls with timeouts leave behind when they have ended early.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/end_to_end/server_fixture.h"

namespace router {
namespace {

using serializers::Format;
using testing::StartsWith;

TEST(CallTimers, AreNotKeptForDeadlinesThatGetEverShorter) {
  RunningServer router;
  WampClient callee = router.join(Format::json);
  callee.says(R"([64,1,{},"com.slow"])");
  EXPECT_THAT(callee.hears(), StartsWith("[65,"));
  WampClient caller = router.join(Format::json);
  int timeout_ms = 100'000'000, request = 0;
  const auto call_and_cancel = [&](int calls) {
    for (int i = 0; i < calls; ++i) {
      const std::string id = std::to_string(++request);
      caller.says("[48," + id + R"(,{"timeout":)" + std::to_string(timeout_ms -= 1000) + R"(},"com.slow"])");
      caller.says("[49," + id + ",{}]");
    }
    for (int i = 0; i < calls; ++i) {
      EXPECT_THAT(caller.hears(), StartsWith("[8,48,"));
      EXPECT_THAT(callee.hears(), StartsWith("[68,"));
    }
  };
  call_and_cancel(1000);
  const size_t before = ::mallinfo2().uordblks;  // of all threads; 0 where a sanitizer has its own
  for (int round = 0; round < 20; ++round) call_and_cancel(1000);
  EXPECT_LT(::mallinfo2().uordblks, before + 2'000'000) << "a timer takes 370 bytes";
}

}  // namespace
}  // namespace router

// An event stream while nothing happens: what it tells its client, and what it costs.
#include "router/http/streams/event_stream.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/http/member_desk.h"
#include "tests/router/http/stream_wire.h"

namespace router {
namespace {

using std::chrono::seconds;

class AnIdleStream : public testing::Test {
 protected:
  AnIdleStream() {
    stream.on_open(wire);
    turn(router.worker());
    EXPECT_TRUE(wire.told.ends_with("\n\n")) << wire.told;
    wire.told.clear();
  }
  ~AnIdleStream() override {
    stream.on_closed({});
    turn(router.worker());
  }
  // What it is told so long after the last word.
  std::string told_after(seconds silence) {
    wire.told.clear();
    stream.sweep(router.worker().loop().now() + silence);
    return wire.told;
  }

  SessionHarness router;
  http::Desk desk{router.worker()};
  size_t count = 0;
  StreamWire wire;
  http::EventStream stream{
      desk, router.entrance(), {"realm1"}, {}, count, {{"com.one"}, "exact", std::nullopt}, {false}};
};

TEST_F(AnIdleStream, IsToldACommentAfterFifteenSeconds) {
  for (int i = 0; i < 5; ++i) {
    wire.taken += 100;
    EXPECT_EQ(told_after(seconds(14)), "");
    EXPECT_EQ(told_after(seconds(15)), ":\n\n");
  }
  EXPECT_FALSE(wire.has_ended);
}

TEST_F(AnIdleStream, IsDroppedIfItsClientTakesNothingOfTwoComments) {
  wire.taken = 100;
  EXPECT_EQ(told_after(seconds(15)), ":\n\n");
  EXPECT_EQ(told_after(seconds(15)), ":\n\n");
  EXPECT_FALSE(wire.has_ended);
  EXPECT_EQ(told_after(seconds(15)), "");
  EXPECT_TRUE(wire.has_ended);
}

// So that 10,000 of them with all that is of their connections take less than 50 MB (docs/http.md).
TEST_F(AnIdleStream, AndItsSessionTakeNoMoreThanSoManyBytes) {
  constexpr size_t most_bytes = 2'750;
  EXPECT_EQ(count, 1u);
  EXPECT_LE(wire.account()->total() + sizeof(stream), most_bytes);
}

}  // namespace
}  // namespace router

// Requests and streams over HTTP whose memory runs out at any allocation: no client waits for ever, and none
// is answered who has gone.
#include <string>

#include <gtest/gtest.h>

#include "router/http/streams/event_stream.h"
#include "tests/router/http/member_desk.h"
#include "tests/router/http/stream_wire.h"
#include "tests/router/support/failing_memory.h"

namespace router {
namespace {

struct AskStory {
  struct Alone final : http::Member::Home {
    bool on_in(http::Member&) noexcept override { return true; }
    void on_leaving(http::Member&) noexcept override {}
  } home;
  SessionHarness router;
  Wire& callee = router.join();
  http::Desk desk{router.worker()};
  std::shared_ptr<http::Member> member = std::make_shared<http::Member>(
      desk, router.entrance(), http::Credentials{"realm1"}, "", "http:/api", home);
  AskedExchange one, two;

  AskStory() {
    member->start();
    callee.receives(R"([64,1,{},"com.proc"])");
    turn(router.worker());
  }
  void goes_on() {
    try {
      turn(router.worker());
    } catch (const std::bad_alloc&) {
      turn(router.worker());
    }
  }
  void sweeps() {
    member->sweep(router.worker().loop().now());
    goes_on();
  }
  void ends() {
    member->end();
    for (int i = 0; i < 3; ++i) sweeps();
  }
};

TEST(AnHttpRequestWithoutMemory, IsAnsweredOnceOrIsNone) {
  const size_t failures = let_each_allocation_fail([](size_t at) {
    AskStory story;
    const bool has_failed = fails(at, [&] {
      ask(*story.member, story.one, call_of("com.none"));
      story.goes_on();
    });
    for (int i = 0; i < 3; ++i) story.sweeps();
    EXPECT_EQ(story.one.answers, story.one.waiter ? 1 : 0) << at;
    story.ends();
    EXPECT_TRUE(story.member->ended()) << at;
    EXPECT_EQ(story.home.in_flight + story.home.in_flight_outside, 0u) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 10u);
}

TEST(AnHttpRequestWithoutMemory, IsAnsweredIfTheSessionEnds) {
  const size_t failures = let_each_allocation_fail([](size_t at) {
    AskStory story;
    ask(*story.member, story.one, call_of("com.proc"));
    story.goes_on();
    ask(*story.member, story.two, call_of("com.proc"));
    const bool has_failed = fails(at, [&] {
      story.member->drop("enough");
      story.goes_on();
    });
    story.ends();
    EXPECT_TRUE(story.member->ended()) << at;
    EXPECT_EQ(story.one.answers + story.two.answers, 2) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 5u);
}

TEST(AnHttpRequestWithoutMemory, IsForgottenWithItsClient) {
  const size_t failures = let_each_allocation_fail([](size_t at) {
    AskStory story;
    ask(*story.member, story.one, call_of("com.proc"));
    story.goes_on();
    const bool has_failed = fails(at, [&] {
      story.one.waiter->on_gone(story.one);
      story.goes_on();
    });
    story.ends();
    EXPECT_TRUE(story.member->ended()) << at;
    EXPECT_EQ(story.one.answers, 0) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 1u);
}

// ---- streams

TEST(AnEventStreamWithoutMemory, EndsOrTellsItsEvents) {
  const size_t failures = let_each_allocation_fail([](size_t at) {
    SessionHarness router;
    Wire& publisher = router.join();
    http::Desk desk{router.worker()};
    size_t count = 0;
    StreamWire wire;
    wire.told.reserve(10'000);
    http::EventStream stream(desk, router.entrance(), {"realm1"}, {}, count,
                             {{"com.one", "com.two"}, "exact", std::nullopt}, {false, false});
    bool has_failed = fails(at, [&] {
      try {
        stream.on_open(wire);
      } catch (const std::bad_alloc&) {
        wire.has_ended = true;  // as its loop would have it
      }
    });
    if (!has_failed) has_failed = fails(at, [&] { turn(router.worker()); });
    turn(router.worker());
    publisher.receives(R"([16,1,{},"com.one",[1]])");
    publisher.receives(R"([16,2,{},"com.two",[2]])");
    turn(router.worker());
    EXPECT_TRUE(wire.has_ended ||
                (wire.told.find("[1]") != wire.told.npos && wire.told.find("[2]") != wire.told.npos))
        << at << ": " << wire.told;
    stream.on_closed({});
    turn(router.worker());
    return has_failed;
  });
  EXPECT_GT(failures, 20u);
}

}  // namespace
}  // namespace router

// What a stream of events costs the router while nothing happens.
#include "router/http/streams/event_stream.h"

#include <gtest/gtest.h>

#include "tests/router/http/member_desk.h"
#include "tests/router/http/stream_wire.h"

namespace router {
namespace {

// So that 10,000 of them with all that is of their connections take less than 50 MB (docs/http.md).
TEST(AnIdleEventStream, AndItsSessionTakeNoMoreThanSoManyBytes) {
  constexpr size_t most_bytes = 2'750;
  SessionHarness router;
  http::Desk desk{router.worker()};
  size_t count = 0;
  StreamWire wire;
  {
    http::EventStream stream(desk, router.entrance(), {"realm1"}, {}, count,
                             {{"com.example.news"}, "exact", std::nullopt}, {false});
    stream.on_open(wire);
    turn(router.worker());
    EXPECT_EQ(count, 1u);
    EXPECT_TRUE(wire.told.ends_with("id: 0\n\n")) << wire.told;
    EXPECT_LE(wire.account()->total() + sizeof(stream), most_bytes);
    stream.on_closed({});
    turn(router.worker());
  }
  EXPECT_EQ(wire.account()->total(), 0u);
}

}  // namespace
}  // namespace router

// What a session tells of itself once a second, as wampd.stats.sessions shows it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/default_config.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr size_t most_queued = 100'000;
constexpr size_t nearly_all = most_queued - 10;

class NumbersOfSessions : public testing::Test {
 protected:
  // Its slow subscribers lose the oldest events.
  static config::Config with_losses() {
    config::Config config = config::default_config();
    config.transports.front().limits.max_queued_bytes = most_queued;
    config.realms.front().roles.front().slow_consumer = config::SlowConsumer::drop_oldest;
    return config;
  }
  NumbersOfSessions() {
    slow.receives(R"([32,1,{},"com.tick"])");
    EXPECT_THAT(slow.sent(), HasSubstr("[33,1,"));
  }
  void publish(const std::string& text) {
    other.receives("[16," + std::to_string(++requests) + R"(,{},"com.tick",[")" + text + "\"]]");
  }
  void a_second_passes() {
    router.passes(std::chrono::seconds(1));
    router.worker().sweep(router.worker().loop().now());
  }
  // The entry of the first session in that order.
  std::string first(const std::string& order) {
    ops.receives("[48," + std::to_string(++asked) + R"(,{},"wampd.stats.sessions",[{"limit":1,"order":")" +
                 order + "\"}]]");
    return ops.sent();
  }
  static std::string is(const Wire& wire) {
    return "{\"session\":" + std::to_string(wire.session_id()) + ",";
  }

  SessionHarness router{with_losses()};
  Wire& ops = router.join();
  Wire& other = router.join();
  Wire& slow = router.join();
  int requests = 0, asked = 0;
};

TEST_F(NumbersOfSessions, AreNoOlderThanASecond) {
  slow.holds(2000);
  EXPECT_THAT(first("queued"), Not(HasSubstr("\"queued\":2000")));
  a_second_passes();
  EXPECT_THAT(first("queued"), AllOf(HasSubstr(is(slow)), HasSubstr("\"queued\":2000,\"lost\":0,")));
  slow.holds(0);
  a_second_passes();
  EXPECT_THAT(first("queued"), HasSubstr("\"queued\":0,"));
}

TEST_F(NumbersOfSessions, CountBytesBothWays) {
  publish(std::string(3000, 'x'));
  slow.receives(R"([16,2,{},"com.other",[")" + std::string(1000, 'x') + "\"]]");
  a_second_passes();
  const std::string text = first("bytes");
  EXPECT_THAT(text, HasSubstr(is(slow)));
  const auto number = [&](const std::string& name) {
    return std::stoull(text.substr(text.find("\"" + name + "\":") + name.size() + 3));
  };
  EXPECT_GT(number("in_bytes"), 1000u);
  EXPECT_LT(number("in_bytes"), 3000u);
  EXPECT_GT(number("out_bytes"), 3000u);
  EXPECT_EQ(number("bytes"), number("in_bytes") + number("out_bytes"));
}

TEST_F(NumbersOfSessions, CountTheEventsThatItLost) {
  a_second_passes();
  EXPECT_THAT(first("lost"), HasSubstr("\"lost\":0,"));
  slow.holds(nearly_all);
  for (int i = 0; i < 4; ++i) publish(std::string(30'000, 'x'));  // two of them may wait
  slow.holds(0);
  a_second_passes();
  EXPECT_THAT(first("lost"),
              AllOf(HasSubstr(is(slow)), HasSubstr("\"events\":2,\"bytes\":"), HasSubstr("\"lost\":2,")));
}

TEST_F(NumbersOfSessions, OfWhichEventsWaitAreToldWithTheirTopics) {
  slow.holds(nearly_all);
  const auto first_topic = [this] {
    ops.receives("[48," + std::to_string(++asked) +
                 R"(,{},"wampd.stats.topics",[{"limit":1,"order":"queued"}]])");
    return ops.sent();
  };
  other.receives(R"([16,1,{},"com.another",[1]])");
  requests = 1;
  publish("one");
  publish("two");
  EXPECT_THAT(first_topic(), AllOf(HasSubstr(R"("topic":"com.tick")"), HasSubstr(R"("waiting":2)")));
  slow.holds(0);
  EXPECT_THAT(first_topic(), HasSubstr(R"("waiting":0)"));
}

}  // namespace
}  // namespace router

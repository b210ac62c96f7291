// A tap shows EVENTs when they are sent, and each once.
#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/default_config.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr size_t queue_of_tapped = 100'000;

config::Config open_to_taps() {
  config::Config config = config::default_config();
  config.transports.front().limits.max_queued_bytes = queue_of_tapped;
  config::Role& role = config.realms.front().roles.front();
  role.slow_consumer = config::SlowConsumer::drop_oldest;
  role.permissions.back().tap = role.permissions.back().tap_payload = true;
  return config;
}

class TappedEvents : public testing::Test {
 protected:
  TappedEvents() {
    ops.receives(
        R"([48,1,{},"wampd.tap.start",[{"payload":true,"types":["EVENT","SUBSCRIBED","UNSUBSCRIBED"]}]])");
    ops.receives(R"([32,2,{},"wampd.tap.1"])");
    ops.sent();
  }
  // "EVENT [1]", the types and arguments of what is shown.
  std::vector<std::string> shown() {
    static const std::regex type(R"re("type":"(\w+)")re"), arguments(R"re("args":(\[[^\]]*\]))re");
    std::vector<std::string> all;
    const std::string sent = ops.sent();
    for (size_t begin = 0; begin < sent.size();) {
      const size_t end = std::min(sent.find('\n', begin), sent.size());
      const std::string line = sent.substr(begin, end - begin);
      begin = end + 1;
      std::smatch found;
      if (!std::regex_search(line, found, type)) continue;
      all.push_back(found[1]);
      if (std::regex_search(line, found, arguments)) all.back() += " " + found[1].str();
    }
    return all;
  }

  SessionHarness router{open_to_taps()};
  Wire& ops = router.join();
  Wire& publisher = router.join();
  Wire& subscriber = router.join();
};

TEST_F(TappedEvents, AreShownOnce) {
  subscriber.receives(R"([32,1,{},"com.tick"])");
  publisher.receives(R"([16,1,{},"com.tick",[1]])");
  EXPECT_THAT(shown(), ElementsAre("SUBSCRIBED", "EVENT [1]"));
  Wire& another = router.join(serializers::Format::msgpack);
  another.receives(R"([32,1,{},"com.tick"])");
  publisher.receives(R"([16,2,{},"com.tick",[2]])");
  EXPECT_THAT(shown(), ElementsAre("SUBSCRIBED", "EVENT [2]", "EVENT [2]")) << "to each of two";
}

TEST_F(TappedEvents, AreThoseThatWereKept) {
  publisher.receives(R"([16,1,{"retain":true},"com.tick",[1]])");
  subscriber.receives(R"([32,1,{"get_retained":true},"com.tick"])");
  mail_comes(router);
  EXPECT_THAT(subscriber.sent(), HasSubstr("[36,"));
  EXPECT_THAT(shown(), ElementsAre("SUBSCRIBED", "EVENT [1]"));
}

TEST_F(TappedEvents, AreShownWhenTheyHaveWaitedAndWhatIsBehindThem) {
  subscriber.receives(R"([32,1,{},"com.tick"])");
  shown();
  subscriber.holds(queue_of_tapped - 10);
  publisher.receives(R"([16,1,{},"com.tick",[1]])");
  subscriber.receives(R"([32,2,{},"com.tock"])");
  EXPECT_THAT(shown(), IsEmpty()) << "they wait";
  subscriber.holds(0);
  mail_comes(router);
  EXPECT_THAT(shown(), ElementsAre("EVENT [1]", "SUBSCRIBED"));
}

TEST_F(TappedEvents, AreNotThoseOfAConnectionThatIsNoMore) {
  subscriber.receives(R"([32,1,{},"com.tick"])");
  shown();
  subscriber.holds(queue_of_tapped - 10);
  publisher.receives(R"([16,1,{},"com.tick",[1]])");
  subscriber.receives(R"([32,2,{},"com.tock"])");
  subscriber.breaks();
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(TappedEvents, AreNotThoseThatAreLost) {
  subscriber.receives(R"([32,1,{},"com.tick"])");
  shown();
  subscriber.holds(queue_of_tapped - 10);
  const std::string long_text(40'000, 'x');
  for (int i = 1; i <= 3; ++i)
    publisher.receives("[16," + std::to_string(i) + R"(,{},"com.tick",[)" + std::to_string(i) + ",\"" +
                       long_text + "\"]]");
  subscriber.sent();
  subscriber.holds(0);
  mail_comes(router);
  const std::string heard = subscriber.sent();
  EXPECT_EQ(heard.find(",[1,"), heard.npos) << "the oldest gave way";
  EXPECT_EQ(shown().size(), static_cast<size_t>(std::count(heard.begin(), heard.end(), '\n')) + 1);
}

}  // namespace
}  // namespace router

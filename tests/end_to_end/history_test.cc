// Event retention and history over real sockets, and over the sudden end of the program.
#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class KeptEvents : public testing::TestWithParam<std::tuple<Format, Format>> {
 protected:
  static config::Config config() {
    config::Config config = test_config();
    config.realms.front().store.event_history = {
        {.uri = "com.t", .match = wamp::MatchPolicy::exact, .limit = 100}};
    return config;
  }
  RunningServer router{config()};
  WampClient publisher = router.join(std::get<0>(GetParam()));
  WampClient subscriber = router.join(std::get<1>(GetParam()));
};

INSTANTIATE_TEST_SUITE_P(Serializers, KeptEvents,
                         testing::Combine(testing::Values(Format::json, Format::msgpack),
                                          testing::Values(Format::json, Format::msgpack)));

TEST_P(KeptEvents, ComeToALaterSubscriberAndThenTheLiveOnes) {
  publisher.says(R"([16,1,{"retain":true,"acknowledge":true},"com.r",[1,"caf\u00e9"],{"b":"\u0000AAE="}])");
  EXPECT_THAT(publisher.hears(), StartsWith("[17,1,"));
  subscriber.says(R"([32,1,{"get_retained":true},"com.r"])");
  EXPECT_THAT(subscriber.hears(), MatchesRegex(R"(\[33,1,[0-9]+\])"));
  EXPECT_THAT(
      subscriber.hears(),
      MatchesRegex(R"(\[36,[0-9]+,[0-9]+,\{"retained":true\},\[1,"caf.*"\],\{"b":"\\u0000AAE="\}\])"));
  publisher.says(R"([16,2,{},"com.r",[2]])");
  EXPECT_THAT(subscriber.hears(), MatchesRegex(R"(\[36,[0-9]+,[0-9]+,\{\},\[2\]\])"));
}

TEST_P(KeptEvents, AreReplayedAndAskedForInAnySerializer) {
  publisher.says(R"([16,1,{"acknowledge":true},"com.t",[1],{"b":"\u0000AAE="}])");
  publisher.hears();
  subscriber.says(R"([32,1,{"_replay":{"limit":5}},"com.t"])");
  EXPECT_EQ(subscriber.hears(), "[33,1,1]");
  EXPECT_THAT(subscriber.hears(),
              MatchesRegex(R"(\[36,1,[0-9]+,\{"_replayed":true\},\[1\],\{"b":"\\u0000AAE="\}\])"));
  subscriber.says(R"([48,2,{},"wamp.subscription.get_events",[1],{"limit":1}])");
  EXPECT_THAT(
      subscriber.hears(),
      MatchesRegex(
          R"(\[50,2,\{\},\[\{"timestamp":"20.*Z","subscription":1,"publication":[0-9]+,"details":\{\},"args":\[1\],"kwargs":\{"b":"\\u0000AAE="\}\}\],\{"is_limit_reached":false,"has_more":false\}\])"));
}

TEST(StoreOfTheProgram, HasWhatWasAcknowledgedAfterSIGKILL) {
  const test_support::TemporaryFolder folder;
  const std::string config = folder.file("wampd.json");
  std::ofstream(config)
      << R"({"workers": 2, "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
      {"uri": "", "match": "prefix", "allow": {"call": true, "publish": true, "subscribe": true}}]}],
      "store": {"type": "sqlite", "path": "events.db", "event-history": [{"uri": "com.t", "limit": 10000}]}}],
      "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}]})";
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 3; ++round) {
    Program program(config);
    WampClient publisher(program.port(), round % 2 ? Format::json : Format::msgpack);
    publisher.joins();
    // Many are on their way when the program dies; those whose PUBLISHED has come must be there.
    for (int i = 1; i <= 400; ++i)
      publisher.says("[16," + std::to_string(i) + R"(,{"acknowledge":true,"retain":true},"com.t",[)" +
                     std::to_string(round * 1000 + i) + "]]");
    for (int i = 0; i < 200; ++i) {
      const std::string answer = publisher.hears();
      ASSERT_THAT(answer, StartsWith("[17,"));
      acknowledged.push_back(std::to_string(round * 1000 + std::stoi(answer.substr(4))));
    }
    program.kill();
  }
  Program program(config);
  WampClient reader(program.port(), Format::json);
  reader.joins();
  reader.says(R"([48,1,{},"wamp.subscription.get_events",[1]])");
  const std::string history = reader.hears();
  for (const std::string& number : acknowledged) ASSERT_THAT(history, HasSubstr("\"args\":[" + number + "]"));
  EXPECT_LT(history.find("\"args\":[1]"), history.find("\"args\":[1001]"));
  reader.says(R"([32,2,{"get_retained":true},"com.t"])");
  EXPECT_EQ(reader.hears(), "[33,2,1]");
  const std::string retained = reader.hears();
  EXPECT_THAT(retained, HasSubstr(R"({"retained":true},[2)")) << "one of the last round";
}

TEST(StoreOfTheProgram, ThatCannotBeOpenedEndsItWithTheReason) {
  const test_support::TemporaryFolder folder;
  const std::string config = folder.file("wampd.json");
  std::ofstream(config)
      << R"({"realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}],
      "store": {"type": "sqlite", "path": "events.db"}}],
      "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}]})";
  std::ofstream(folder.file("events.db")) << std::string(5000, 'x');
  try {
    Program program(config);
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()),
              "wampd: store " + folder.file("events.db") + ": file is not a database\n");
  }
}

}  // namespace
}  // namespace router

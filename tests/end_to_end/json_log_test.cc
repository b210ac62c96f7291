// The program's log, in JSON.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serializers/serializer.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;

constexpr auto logged_router = R"({
  "realms": [{ "name": "realm1", "roles": [{ "name": "anonymous", "permissions": [
    { "uri": "", "match": "prefix", "allow": { "subscribe": true } } ] }] }],
  "transports": [{ "type": "universal", "endpoint": { "type": "tcp", "port": 0 },
                   "websocket": { "ws": { "type": "websocket" } } }] })";

class JsonLog : public testing::Test {
 protected:
  std::string config() const {
    std::ofstream(folder_.file("wampd.jsonc")) << logged_router;
    return folder_.file("wampd.jsonc");
  }
  // The first object that has this event.
  static wamp::Dict event(Program& program, const std::string& name) {
    const std::string log = program.log_until("\"event\":\"" + name + "\"");
    const size_t line = log.rfind('\n', log.size() - 2);
    const auto value = serializers::decode_json(log.substr(line == log.npos ? 0 : line + 1));
    return value ? *value->get<wamp::Dict>() : wamp::Dict{};
  }

 private:
  test_support::TemporaryFolder folder_;
};

TEST_F(JsonLog, HasOneObjectForEachSessionThatEnds) {
  Program program(config(), {"--log-format", "json"});
  WampClient client(program.port(), Format::json);
  const std::string session = client.joins();
  client.says(R"([32,1,{},"com.t"])");
  client.hears();
  client.says(R"([6,{},"wamp.close.close_realm"])");
  client.hears();
  const wamp::Dict left = event(program, "session_left");
  EXPECT_EQ(*left.find("level"), wamp::Value("info"));
  EXPECT_EQ(*left.find("session"), wamp::Value(uint64_t{std::stoull(session)}));
  EXPECT_EQ(*left.find("realm"), wamp::Value("realm1"));
  EXPECT_EQ(*left.find("authrole"), wamp::Value("anonymous"));
  EXPECT_EQ(*left.find("authmethod"), wamp::Value("anonymous"));
  EXPECT_EQ(*left.find("reason"), wamp::Value("the peer said GOODBYE: wamp.close.close_realm"));
  EXPECT_EQ(*left.find("received_messages"), wamp::Value(2)) << "SUBSCRIBE and GOODBYE";
  EXPECT_EQ(*left.find("sent_messages"), wamp::Value(2)) << "WELCOME and SUBSCRIBED";
  EXPECT_EQ(*left.find("lost_events"), wamp::Value(0));
  EXPECT_TRUE(left.find("peer") && left.find("authid") && left.find("seconds") && left.find("time"));
}

TEST_F(JsonLog, HasOneObjectForADenial) {
  Program program(config(), {"--log-format", "json"});
  WampClient client(program.port(), Format::json);
  client.joins();
  client.says(R"([48,1,{},"com.secret"])");
  const wamp::Dict denial = event(program, "denial");
  EXPECT_EQ(*denial.find("level"), wamp::Value("warning"));
  EXPECT_EQ(*denial.find("action"), wamp::Value("call"));
  EXPECT_EQ(*denial.find("uri"), wamp::Value("com.secret"));
}

}  // namespace
}  // namespace router

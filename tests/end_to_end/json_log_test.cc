// The program's log, in JSON.
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

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

constexpr auto router_with_tickets = R"({
  "realms": [{ "name": "realm1", "roles": [{ "name": "user", "permissions": [] }] }],
  "transports": [{ "type": "universal", "endpoint": { "type": "tcp", "port": 0 },
                   "websocket": { "ws": { "type": "websocket" } },
                   "auth": { "ticket": { "type": "static", "principals": {
                     "joe": { "ticket": "secret", "role": "user" } } } } }] })";

class JsonLog : public testing::Test {
 protected:
  std::string config(const std::string& text = logged_router) const {
    std::ofstream(folder_.file("wampd.jsonc")) << text;
    return folder_.file("wampd.jsonc");
  }
  // All events up to the first one of that name.
  static std::vector<wamp::Dict> events(Program& program, const std::string& name) {
    std::istringstream log(program.log_until("\"event\":\"" + name + "\""));
    std::vector<wamp::Dict> all;
    for (std::string line; std::getline(log, line);)
      if (const auto value = serializers::decode_json(line); value && value->get<wamp::Dict>()->find("event"))
        all.push_back(*value->get<wamp::Dict>());
    return all;
  }
  static wamp::Dict event(Program& program, const std::string& name) { return events(program, name).back(); }

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

TEST_F(JsonLog, TellsTheReasonOfAGoodbyeWhateverItIs) {
  Program program(config(), {"--log-format", "json"});
  WampClient client(program.port(), Format::json);
  client.joins();
  client.says(R"([6,{},"I am off!"])");
  EXPECT_THAT(client.hears(), testing::StartsWith("[6,"));
  EXPECT_EQ(*event(program, "session_left").find("reason"), wamp::Value("the peer said GOODBYE: I am off!"));
}

TEST_F(JsonLog, CountsTheMessageForWhichASessionIsAborted) {
  Program program(config(), {"--log-format", "json"});
  WampClient client(program.port(), Format::json);
  client.joins();
  client.says(R"([2,1,{}])");
  EXPECT_THAT(client.hears(), testing::StartsWith("[3,"));
  EXPECT_EQ(*event(program, "session_left").find("received_messages"), wamp::Value(1));
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
  EXPECT_EQ(*denial.find("realm"), wamp::Value("realm1"));
  EXPECT_THAT(*denial.find("peer")->get<std::string>(), testing::StartsWith("127.0.0.1:"));
  EXPECT_THAT(*denial.find("reason")->get<std::string>(), testing::StartsWith("the rule at "));
}

TEST_F(JsonLog, HasOneObjectForEachTapCallThatIsSlowAndChangeOfItsLevel) {
  Program program(config(R"({
    "realms": [{ "name": "realm1", "roles": [{ "name": "anonymous", "permissions": [
      { "uri": "com.", "match": "prefix", "allow": { "call": true, "register": true }, "slow_call_ms": 1 },
      { "uri": "wampd.", "match": "prefix", "allow": { "call": true, "subscribe": true, "tap": true } } ] }] }],
    "transports": [{ "type": "universal", "endpoint": { "type": "tcp", "port": 0 },
                     "websocket": { "ws": { "type": "websocket" } } }] })"),
                  {"--log-format", "json"});
  WampClient client(program.port(), Format::json);
  const wamp::Value session(static_cast<int64_t>(std::stoll(client.joins())));
  client.says(R"([48,1,{},"wampd.tap.start",[{"uri":"com."}]])");
  client.hears();
  client.says(R"([48,2,{},"wampd.tap.stop",[1]])");
  client.hears();
  const auto of_taps = events(program, "tap_ended");
  const wamp::Dict &begun = of_taps.at(of_taps.size() - 2), &ended = of_taps.back();
  EXPECT_EQ(*begun.find("event"), wamp::Value("tap_started"));
  EXPECT_EQ(*begun.find("realm"), wamp::Value("realm1"));
  EXPECT_EQ(*ended.find("reason"), wamp::Value("stopped"));
  client.says(R"([64,3,{},"com.slow"])");
  client.hears();
  client.says(R"([48,4,{},"com.slow"])");
  const std::string invocation = client.hears();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  client.says("[70," + invocation.substr(4, invocation.find(',', 4) - 4) + ",{}]");
  client.hears();
  const wamp::Dict slow = event(program, "slow_call");
  EXPECT_EQ(*slow.find("procedure"), wamp::Value("com.slow"));
  EXPECT_EQ(*slow.find("caller"), session);
  EXPECT_EQ(*slow.find("callee"), session);
  EXPECT_GE(*slow.find("ms")->get<int64_t>(), 1);
  EXPECT_EQ(*slow.find("waited_ms"), wamp::Value(0));
  EXPECT_EQ(*slow.find("outcome"), wamp::Value("result"));
  client.says(R"([48,5,{},"wampd.log.level",["error"]])");
  client.hears();
  const wamp::Dict level = event(program, "log_level");
  EXPECT_EQ(*level.find("session"), session);
  EXPECT_EQ(*level.find("level"), wamp::Value("error"));
}

TEST_F(JsonLog, HasOneObjectForALoginThatIsRefused) {
  Program program(config(router_with_tickets), {"--log-format", "json"});
  const auto login = [&](const std::string& realm, const std::string& ticket) {
    WampClient client(program.port(), Format::json);
    client.says(R"([1,")" + realm + R"(",{"roles":{"caller":{}},"authid":"joe","authmethods":["ticket"]}])");
    client.hears();
    client.says(R"([5,")" + ticket + R"(",{}])");
    client.hears();
  };
  login("realm1", "wrong");
  login("realm9", "secret");
  login("realm1", "secret");
  const auto all = events(program, "session_joined");
  ASSERT_EQ(all.size(), 3u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(*all[i].find("event"), wamp::Value("login_refused"));
    EXPECT_EQ(*all[i].find("authid"), wamp::Value("joe"));
    EXPECT_EQ(*all[i].find("authmethod"), wamp::Value("ticket"));
    EXPECT_THAT(*all[i].find("peer")->get<std::string>(), testing::StartsWith("127.0.0.1:"));
  }
  EXPECT_EQ(*all[0].find("realm"), wamp::Value("realm1"));
  EXPECT_EQ(*all[0].find("uri"), wamp::Value("wamp.error.authentication_denied"));
  EXPECT_THAT(*all[0].find("message")->get<std::string>(),
              testing::MatchesRegex("refusing 127.0.0.1:[0-9]+ as \"joe\" in realm \"realm1\": .*"));
  EXPECT_EQ(*all[1].find("realm"), wamp::Value("realm9"));
  EXPECT_EQ(*all[1].find("uri"), wamp::Value("wamp.error.no_such_realm"));
}

TEST_F(JsonLog, HasOneObjectForAClientThatBreaksTheProtocolBeforeItSaysHello) {
  Program program(config(), {"--log-format", "json"});
  test_support::RawClient client(program.port());
  client.handshake("/ws", "wamp.2.json");
  client.send_frame(test_support::opcode::text, "x", {.masked = false});
  const wamp::Dict closed = event(program, "close");
  EXPECT_THAT(*closed.find("peer")->get<std::string>(), testing::StartsWith("127.0.0.1:"));
  EXPECT_FALSE(closed.find("reason")->get<std::string>()->empty());
}

}  // namespace
}  // namespace router

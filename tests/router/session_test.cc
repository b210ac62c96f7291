#include "router/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/session_wires.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr char hello[] = R"([1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}])";

class ASession : public testing::TestWithParam<Format> {
 protected:
  // The peer is sent ABORT with that reason, and a proper close.
  static void expect_abort(Wire& wire, std::string_view reason, std::string_view text = "") {
    const std::string sent = wire.sent();
    const std::string last = sent.substr(sent.rfind('\n') + 1);
    EXPECT_THAT(last, StartsWith("[3,"));
    EXPECT_THAT(last, HasSubstr("\"" + std::string(reason) + "\""));
    EXPECT_THAT(last, HasSubstr(std::string(text)));
    EXPECT_EQ(wire.close_code(), 1000);
  }

  SessionHarness router;
};

INSTANTIATE_TEST_SUITE_P(Serializers, ASession, testing::ValuesIn(serializers::all_formats),
                         [](const auto& info) { return std::string(serializers::name(info.param)); });

TEST_P(ASession, IsWelcomedWithWhatTheRouterIs) {
  Wire& client = router.connect(GetParam());
  client.receives(hello);
  const std::string welcome = client.sent();
  EXPECT_THAT(welcome, MatchesRegex(R"(\[2,[0-9]+,\{.*\}\])"));
  for (const char* part : {R"("realm":"realm1")", R"("authrole":"anonymous")", R"("authmethod":"anonymous")",
                           R"("agent":"wampd-)", R"("broker":{"features":{)", R"("dealer":{"features":{)"})
    EXPECT_THAT(welcome, HasSubstr(part));
  EXPECT_THAT(welcome, testing::Not(HasSubstr(R"("authid":"")")));
}

TEST_P(ASession, NeedsARealmThatExists) {
  Wire& client = router.connect(GetParam());
  client.receives(R"([1,"nowhere",{"roles":{"caller":{}}}])");
  expect_abort(client, "wamp.error.no_such_realm", "nowhere");
}

TEST_P(ASession, NeedsAValidRealm) {
  Wire& client = router.connect(GetParam());
  client.receives(R"([1,"no realm",{"roles":{"caller":{}}}])");
  expect_abort(client, "wamp.error.invalid_uri");
  Wire& verbose = router.connect(GetParam());
  verbose.receives("[1,\"" + std::string(1'000'000, 'r') + R"(",{"roles":{"caller":{}}}])");
  expect_abort(verbose, "wamp.error.invalid_uri", "at most 255 bytes");
}

TEST_P(ASession, NeedsRoles) {
  for (const char* details :
       {"{}", R"({"roles":{}})", R"({"roles":["caller"]})", R"({"roles":{"janitor":{}}})"}) {
    Wire& client = router.connect(GetParam());
    client.receives(R"([1,"realm1",)" + std::string(details) + "]");
    expect_abort(client, "wamp.error.protocol_violation", "HELLO.Details.roles");
  }
}

TEST_P(ASession, NeedsAnAuthenticationMethodThatIsServed) {
  Wire& client = router.connect(GetParam());
  client.receives(R"([1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"]}])");
  expect_abort(client, "wamp.error.no_matching_auth_method");
  Wire& willing = router.connect(GetParam());
  willing.receives(R"([1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket","anonymous"]}])");
  EXPECT_THAT(willing.sent(), StartsWith("[2,"));
}

TEST_P(ASession, BeginsWithHello) {
  for (const char* message : {R"([48,1,{},"com.add"])", R"([6,{},"wamp.close.close_realm"])", R"([70,1,{}])",
                              R"([8,68,1,{},"com.error"])", R"([2,1,{}])", R"([5,"secret",{}])", "[33,1,1]",
                              "[17,1,1]", "[36,1,1,{}]", "[50,1,{}]", "[68,1,1,{}]"}) {
    Wire& client = router.connect(GetParam());
    client.receives(message);
    expect_abort(client, "wamp.error.protocol_violation", "before a session was established");
  }
}

TEST_P(ASession, HasOneHello) {
  Wire& client = router.join(GetParam());
  client.receives(hello);
  expect_abort(client, "wamp.error.protocol_violation", "HELLO after the session was established");
  EXPECT_EQ(router.realm().counts().members, 0u);
}

TEST_P(ASession, TakesNothingThatOnlyARouterSends) {
  for (const char* message :
       {"[2,1,{}]", R"([4,"ticket",{}])", "[17,1,1]", "[33,1,1]", "[35,1]", "[36,1,1,{}]", "[50,1,{}]",
        "[65,1,1]", "[67,1]", "[68,1,1,{}]", "[69,1,{}]", R"([5,"x",{}])"}) {
    Wire& client = router.join(GetParam());
    client.receives(message);
    expect_abort(client, "wamp.error.protocol_violation", "after the session was established");
  }
}

TEST_P(ASession, MayOnlyDoWhatItsRolesSay) {
  Wire& client = router.connect(GetParam());
  client.receives(R"([1,"realm1",{"roles":{"publisher":{}}}])");
  client.sent();
  client.receives(R"([16,1,{"acknowledge":true},"com.news"])");
  EXPECT_THAT(client.sent(), StartsWith("[17,1,"));
  client.receives(R"([48,2,{},"com.add"])");
  expect_abort(client, "wamp.error.protocol_violation", "HELLO did not announce the role");
}

TEST_P(ASession, CountsItsRequestsFromOneWithoutGaps) {
  Wire& client = router.join(GetParam());
  client.receives(R"([32,1,{},"com.news"])");
  client.receives(R"([48,2,{},"com.none"])");
  EXPECT_THAT(client.sent(), MatchesRegex("\\[33,1,1\\]\n\\[8,48,2,.*"));
  client.receives(R"([32,4,{},"com.weather"])");
  expect_abort(client, "wamp.error.protocol_violation", "expected 3");
}

TEST_P(ASession, DoesNotUseARequestIdTwice) {
  Wire& client = router.join(GetParam());
  client.receives(R"([32,1,{},"com.news"])");
  client.receives(R"([32,1,{},"com.news"])");
  expect_abort(client, "wamp.error.protocol_violation", "expected 2");
}

TEST(ASessionOfARelaxedRealm, MayUseAnyRequestIds) {
  config::Config config = SessionHarness::two_realms();
  config.realms.front().sequential_request_ids = false;
  SessionHarness router(config);
  Wire& client = router.join();
  client.receives(R"([32,4711,{},"com.news"])");
  client.receives(R"([32,12,{},"com.news"])");
  EXPECT_EQ(client.sent(), "[33,4711,1]\n[33,12,1]");
}

TEST_P(ASession, SaysGoodbyeAndMayJoinAgainOnTheSameConnection) {
  Wire& client = router.join(GetParam());
  client.receives(R"([32,1,{},"com.news"])");
  client.receives(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_EQ(client.sent(), "[33,1,1]\n[6,{},\"wamp.close.goodbye_and_out\"]");
  EXPECT_FALSE(client.closed());
  EXPECT_EQ(router.realm().counts().members, 0u);
  EXPECT_EQ(router.realm().counts().subscriptions, 0u);

  client.receives(R"([1,"realm2",{"roles":{"subscriber":{}}}])");
  EXPECT_THAT(client.sent(), StartsWith("[2,"));
  client.receives(R"([32,1,{},"com.news"])");
  EXPECT_THAT(client.sent(), StartsWith("[33,1,"));
}

TEST_P(ASession, IsAnsweredBeforeTheGoodbye) {
  Wire& client = router.join(GetParam());
  const auto requests = {R"([32,1,{},"com.news"])",
                         R"([16,2,{"acknowledge":true,"exclude_me":false},"com.news"])"};
  for (const char* request : requests) client.receives(request);
  client.receives(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_THAT(client.sent(), MatchesRegex("\\[33,1,1\\]\n\\[17,2,[0-9]+\\]\n\\[36,.*\n\\[6,.*"));
}

TEST_P(ASession, EndsByAbortWithoutAnAnswer) {
  Wire& client = router.join(GetParam());
  client.receives(R"([3,{"message":"bye"},"wamp.close.system_shutdown"])");
  EXPECT_EQ(client.sent(), "");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(router.realm().counts().members, 0u);
}

TEST_P(ASession, GoesWithItsConnection) {
  Wire& callee = router.join(GetParam());
  callee.receives(R"([64,1,{},"com.add"])");
  Wire& caller = router.join(GetParam());
  caller.receives(R"([48,1,{},"com.add"])");
  callee.breaks();
  EXPECT_THAT(caller.sent(), HasSubstr("wamp.error.canceled"));
  EXPECT_EQ(router.realm().counts().members, 1u);
  EXPECT_EQ(router.realm().counts().registrations, 0u);
}

TEST_P(ASession, SeesNothingOfAnotherRealm) {
  Wire& here = router.join(GetParam());
  here.receives(R"([32,1,{},"com.news"])");
  here.receives(R"([64,2,{},"com.add"])");
  here.sent();
  Wire& there = router.connect(GetParam());
  there.receives(R"([1,"realm2",{"roles":{"caller":{},"publisher":{},"callee":{}}}])");
  there.sent();
  there.receives(R"([16,1,{},"com.news"])");
  EXPECT_EQ(here.sent(), "");
  there.receives(R"([48,2,{},"com.add"])");
  EXPECT_THAT(there.sent(), HasSubstr("wamp.error.no_such_procedure"));
  there.receives(R"([64,3,{},"com.add"])");
  EXPECT_EQ(there.sent(), "[65,3,1]");
}

TEST_P(ASession, IsAbortedForBytesThatAreNoMessage) {
  for (const char* bytes :
       {"", "[]", "{}", "[48", "[999,1]", "[48,1,{}]", R"([48,0,{},"com.add"])", "\xc1", "[[[[",
        R"([48,1,{},"com.add",{}])", R"([48,1,{},"com.add",[],[]])", "[1.5]", "nonsense"}) {
    Wire& client = router.join(GetParam());
    client.receives_bytes(bytes);
    expect_abort(client, "wamp.error.protocol_violation");
    EXPECT_EQ(router.realm().counts().members, 0u);
  }
}

TEST_P(ASession, IsToldThatTheRouterShutsDownAndAnswers) {
  Wire& client = router.join(GetParam());
  client.receives(R"([64,1,{},"com.add"])");
  client.sent();
  Wire& idle = router.connect(GetParam());
  router.worker().begin_drain({});
  EXPECT_EQ(client.sent(),
            R"([6,{"message":"the router shuts down","retry_after":0},"wamp.close.system_shutdown"])");
  EXPECT_EQ(idle.close_code(), 1001);
  EXPECT_EQ(router.realm().counts().members, 0u);
  client.receives(R"([48,2,{},"com.add"])");
  EXPECT_EQ(client.sent(), "");
  client.receives(R"([6,{},"wamp.close.goodbye_and_out"])");
  EXPECT_EQ(client.close_code(), 1001);
  Wire& late = router.connect(GetParam());
  EXPECT_EQ(late.close_code(), 1001);
}

TEST(MixedSerializers, TalkToEachOther) {
  SessionHarness router;
  Wire& callee = router.join(Format::msgpack);
  callee.receives(R"([64,1,{},"com.echo"])");
  callee.receives(R"([32,2,{},"com.news"])");
  callee.sent();
  Wire& caller = router.join(Format::json);
  const std::string payload =
      R"([-9223372036854775808,18446744073709551615,1.0,-0.0,1e300,"\u0000AQID","caf\u00e9 \ud83d\ude00",null,true,[],{}],{"k":[{"deep":[]}]})";
  caller.receives(R"([48,1,{},"com.echo",)" + payload + "]");
  const std::string invocation = callee.sent();
  EXPECT_THAT(invocation, HasSubstr("-9223372036854775808,18446744073709551615,1.0,-0.0,1e"));
  const std::string returned = invocation.substr(std::string("[68,1,1,{},").size());
  callee.receives("[70,1,{}," + returned);
  EXPECT_EQ(caller.sent(), "[50,1,{}," + returned);
  caller.receives(R"([16,2,{},"com.news",[],{}])");
  EXPECT_THAT(callee.sent(), MatchesRegex(R"(\[36,1,[0-9]+,\{\},\[\],\{\}\])"));
}

}  // namespace
}  // namespace router

#include "router/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr char hello[] = R"([1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}])";

// The peer is sent ABORT with that reason, and a proper close.
void expect_abort(Wire& wire, std::string_view reason, std::string_view text = "") {
  const std::string sent = wire.sent();
  const std::string last = sent.substr(sent.rfind('\n') + 1);
  EXPECT_THAT(last, StartsWith("[3,"));
  EXPECT_THAT(last, HasSubstr("\"" + std::string(reason) + "\""));
  EXPECT_THAT(last, HasSubstr(std::string(text)));
  EXPECT_EQ(wire.close_code(), 1000);
}

class ASession : public testing::TestWithParam<Format> {
 protected:
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

// "IDs" of the specification, to the letter.
struct ASessionOfARealmWithSequentialRequestIds : testing::Test {
  SessionHarness router{SessionHarness::with_sequential_ids()};
};

TEST_F(ASessionOfARealmWithSequentialRequestIds, CountsItsRequestsFromOneWithoutGaps) {
  Wire& client = router.join();
  client.receives(R"([32,1,{},"com.news"])");
  client.receives(R"([48,2,{},"com.none"])");
  EXPECT_THAT(client.sent(), MatchesRegex("\\[33,1,1\\]\n\\[8,48,2,.*"));
  client.receives(R"([32,4,{},"com.weather"])");
  expect_abort(client, "wamp.error.protocol_violation", "expected 3");
}

TEST_F(ASessionOfARealmWithSequentialRequestIds, DoesNotUseARequestIdTwice) {
  Wire& client = router.join();
  client.receives(R"([32,1,{},"com.news"])");
  client.receives(R"([32,1,{},"com.news"])");
  expect_abort(client, "wamp.error.protocol_violation", "expected 2");
}

// Libraries in use send 334 before 333, go on counting in the next session, or use random ids.
TEST_P(ASession, MayUseAnyRequestIds) {
  Wire& client = router.join(GetParam());
  client.receives(R"([32,4711,{},"com.news"])");
  client.receives(R"([32,12,{},"com.news"])");
  client.receives(R"([32,9007199254740992,{},"com.news"])");
  EXPECT_EQ(client.sent(), "[33,4711,1]\n[33,12,1]\n[33,9007199254740992,1]");
}

TEST_P(ASession, MayUseARequestIdAgainWhenTheRequestIsAnswered) {
  Wire& client = router.join(GetParam());
  client.receives(R"([48,7,{},"wamp.session.count"])");
  client.receives(R"([48,7,{},"wamp.session.count"])");
  EXPECT_EQ(client.sent(), "[50,7,{},[1]]\n[50,7,{},[1]]");
}

TEST_P(ASession, GetsAnErrorForARequestIdOfACallThatIsNotAnswered) {
  Wire& callee = router.join(GetParam());
  callee.receives(R"([64,1,{},"com.slow"])");
  callee.sent();
  Wire& caller = router.join(GetParam());
  caller.receives(R"([48,7,{},"com.slow"])");
  EXPECT_EQ(callee.sent(), "[68,1,1,{}]");
  caller.receives(R"([48,7,{},"com.slow"])");
  EXPECT_THAT(caller.sent(), StartsWith(R"([8,48,7,{},"wamp.error.invalid_argument",["CALL.Request: 7 )"));
  EXPECT_EQ(callee.sent(), "");
  caller.receives(R"([48,7,{},"wamp.session.count"])");
  EXPECT_THAT(caller.sent(), StartsWith(R"([8,48,7,{},"wamp.error.invalid_argument",["CALL.Request: 7 )"));
  callee.receives("[70,1,{}]");
  EXPECT_EQ(caller.sent(), "[50,7,{}]") << "the session and the first call go on";
}

TEST_P(ASession, SendsAChunkUnderTheIdOfItsUnfinishedCall) {
  const std::string features = R"({"caller":{"features":{"progressive_call_invocations":true}},"callee":)"
                               R"({"features":{"progressive_call_invocations":true,"call_canceling":true}}})";
  Wire& callee = router.join(GetParam(), features);
  callee.receives(R"([64,1,{},"com.upload"])");
  callee.sent();
  Wire& caller = router.join(GetParam(), features);
  caller.receives(R"([48,500,{"progress":true},"com.upload",[1]])");
  caller.receives(R"([48,20,{},"com.upload",["whole"]])");
  caller.receives(R"([48,500,{},"com.upload",[2]])");
  EXPECT_EQ(callee.sent(), R"([68,1,1,{"progress":true},[1]])"
                           "\n"
                           R"([68,2,1,{},["whole"]])"
                           "\n"
                           "[68,1,1,{},[2]]");

  // A chunk that comes when the call has ended belongs to it still, and not to a new call.
  caller.receives(R"([48,501,{"progress":true},"com.upload",[1]])");
  callee.sent();
  callee.receives(R"([8,68,3,{},"com.error.enough"])");
  EXPECT_THAT(caller.sent(), StartsWith("[8,48,501,"));
  caller.receives(R"([48,501,{"progress":true},"com.upload",[2]])");
  caller.receives(R"([48,501,{},"com.upload",[3]])");
  EXPECT_EQ(callee.sent(), "");
  EXPECT_EQ(caller.sent(), "");
  caller.receives(R"([48,501,{},"com.upload",["new"]])");
  EXPECT_EQ(callee.sent(), R"([68,4,1,{},["new"]])");
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

TEST_P(ASession, MaySayGoodbyeForAnyReason) {
  Wire& client = router.join(GetParam());
  client.receives(R"([6,{},"no URI at all"])");
  EXPECT_EQ(client.sent(), "[6,{},\"wamp.close.goodbye_and_out\"]");
  EXPECT_FALSE(client.closed());
}

// Autobahn|JS says so when it is closed while a handler runs.
TEST_P(ASession, MayAnswerAnInvocationAfterItsGoodbye) {
  Wire& callee = router.join(GetParam());
  callee.receives(R"([64,1,{},"com.slow"])");
  Wire& caller = router.join(GetParam());
  caller.receives(R"([48,1,{},"com.slow"])");
  callee.sent();
  callee.receives(R"([6,{},"wamp.close.close_realm"])");
  EXPECT_EQ(callee.sent(), "[6,{},\"wamp.close.goodbye_and_out\"]");
  callee.receives("[70,1,{},[1]]");
  callee.receives(R"([8,68,1,{},"com.error.late"])");
  EXPECT_EQ(callee.sent(), "");
  EXPECT_FALSE(callee.closed());
}

TEST_P(ASession, MayAfterItsGoodbyeOnlyAnswerWhatItWasAsked) {
  Wire& client = router.join(GetParam());
  client.receives(R"([6,{},"wamp.close.close_realm"])");
  client.sent();
  client.receives("[70,1,{},[1]]");
  expect_abort(client, "wamp.error.protocol_violation", "received YIELD");
}

// A session that was called and left without an answer, and the caller that waited for it.
class AHandlerThatOutlivesItsSession : public ASession {
 protected:
  AHandlerThatOutlivesItsSession() {
    callee.receives(register_slow);
    caller.receives(R"([48,1,{},"com.slow"])");
    EXPECT_THAT(callee.sent(), HasSubstr("[68,1,1,{}]"));
    EXPECT_THAT(says(callee, R"([6,{},"wamp.close.close_realm"])"), StartsWith("[6,"));
    EXPECT_THAT(caller.sent(), StartsWith("[8,48,1,"));
  }
  void joins_again(const std::string& roles = R"({"callee":{},"subscriber":{}})") {
    EXPECT_THAT(says(callee, R"([1,"realm1",{"roles":)" + roles + "}]"), StartsWith("[2,"));
  }
  void answers_late() {
    EXPECT_EQ(says(callee, R"([70,1,{},["late"]])"), "");
    EXPECT_EQ(says(callee, R"([8,68,1,{},"com.error.late"])"), "");
    EXPECT_FALSE(callee.closed());
  }

  static constexpr auto register_slow = R"([64,1,{},"com.slow"])";
  Wire& callee = router.join(GetParam());
  Wire& caller = router.join(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Serializers, AHandlerThatOutlivesItsSession,
                         testing::ValuesIn(serializers::all_formats),
                         [](const auto& info) { return std::string(serializers::name(info.param)); });

// Autobahn|Python joins again on the same transport while handlers run, and sends what they return.
TEST_P(AHandlerThatOutlivesItsSession, MayAnswerInTheNextOne) {
  joins_again();
  answers_late();
  EXPECT_THAT(says(callee, R"([32,1,{},"com.news"])"), StartsWith("[33,1,"));
}

TEST_P(AHandlerThatOutlivesItsSession, MayAnswerInTheNextOneThatIsNoCallee) {
  joins_again(R"({"subscriber":{}})");
  answers_late();
}

TEST_P(AHandlerThatOutlivesItsSession, MayAnswerInTheOneAfterThat) {
  joins_again();
  EXPECT_THAT(says(callee, R"([6,{},"wamp.close.close_realm"])"), StartsWith("[6,"));
  joins_again();
  answers_late();
}

// Autobahn|Python would also take the same id for an invocation that it is still at.
TEST_P(AHandlerThatOutlivesItsSession, IsNotTakenForTheHandlerOfANewCall) {
  joins_again();
  EXPECT_THAT(says(callee, register_slow), StartsWith("[65,1,"));
  caller.receives(R"([48,2,{},"com.slow"])");
  EXPECT_THAT(callee.sent(), StartsWith("[68,2,"));
  answers_late();
  EXPECT_EQ(caller.sent(), "");
  EXPECT_EQ(says(callee, "[70,2,{},[2]]"), "");
  EXPECT_EQ(caller.sent(), "[50,2,{},[2]]");
}

TEST_P(ASession, ThatHasAnsweredAllLetsInvocationIdsOfTheNextOneBeginAnew) {
  Wire& callee = router.join(GetParam());
  Wire& caller = router.join(GetParam());
  for (const char* call : {R"([48,1,{},"com.slow"])", R"([48,2,{},"com.slow"])"}) {
    EXPECT_THAT(says(callee, R"([64,1,{},"com.slow"])"), StartsWith("[65,1,"));
    caller.receives(call);
    EXPECT_THAT(callee.sent(), StartsWith("[68,1,"));
    EXPECT_EQ(says(callee, "[70,1,{}]"), "");
    EXPECT_THAT(caller.sent(), StartsWith("[50,"));
    EXPECT_THAT(says(callee, R"([6,{},"wamp.close.close_realm"])"), StartsWith("[6,"));
    EXPECT_THAT(says(callee, R"([1,"realm1",{"roles":{"callee":{}}}])"), StartsWith("[2,"));
  }
}

// It will not answer that INVOCATION once more.
TEST_P(ASession, ThatHasAnsweredAllInWaysThatAreRefusedLetsThemBeginAnewToo) {
  Wire& caller = router.join(GetParam());
  Wire& callee = router.connect(GetParam());
  const std::string call = R"(,{},"com.slow"])", too_long(1000, 'x');
  int calls = 0;
  for (const std::string& answer :
       {std::string(R"([8,68,1,{},"no valid uri"])"), std::string(R"([70,1,{"ppt_scheme":"x_own"}])"),
        R"([70,1,{"ppt_scheme":"x_)" + too_long + R"("}])"}) {
    EXPECT_THAT(
        says(callee, R"([1,"realm1",{"roles":{"callee":{"features":{"payload_passthru_mode":true}}}}])"),
        StartsWith("[2,"));
    EXPECT_THAT(says(callee, R"([64,1,{},"com.slow"])"), StartsWith("[65,1,"));
    caller.receives("[48," + std::to_string(++calls) + call);
    EXPECT_THAT(callee.sent(), StartsWith("[68,1,")) << answer;
    callee.receives(answer);
    callee.sent();
    EXPECT_THAT(caller.sent(), StartsWith("[8,48,")) << answer;
    EXPECT_THAT(says(callee, R"([6,{},"wamp.close.close_realm"])"), StartsWith("[6,"));
  }
}

TEST_P(AHandlerThatOutlivesItsSession, IsNoExcuseForAnAnswerToNothing) {
  joins_again();
  callee.receives("[70,2,{},[1]]");
  expect_abort(callee, "wamp.error.protocol_violation", "no INVOCATION 2");
}

TEST_P(ASession, MayOnlyAnswerAfterItsGoodbye) {
  Wire& client = router.join(GetParam());
  client.receives(R"([6,{},"wamp.close.close_realm"])");
  client.sent();
  client.receives(R"([48,1,{},"com.add"])");
  expect_abort(client, "wamp.error.protocol_violation", "expected HELLO");
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

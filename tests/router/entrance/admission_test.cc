// From HELLO to WELCOME or ABORT, with clients that know the secret, guess it or lie, and which method is
// taken.
#include "router/entrance/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/config_file.h"
#include "tests/router/support/admission_fixture.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// ---- ticket

TEST_F(AdmissionTest, ATicketOpens) {
  open(tickets);
  Wire& joe = connect();
  EXPECT_EQ(challenge_of(joe, joe_by_ticket), R"([4,"ticket",{}])");
  const std::string welcome = says(joe, authenticate("secret!!!"));
  EXPECT_THAT(welcome, StartsWith("[2,"));
  EXPECT_THAT(welcome,
              HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"ticket","authprovider":"static")"));
  EXPECT_THAT(welcome, Not(HasSubstr("authextra")));
}

TEST_F(AdmissionTest, AWrongTicketAndAnUnknownAuthidGetTheSameAnswers) {
  open(tickets);
  for (const std::string authid : {"joe", "nobody", ""}) {
    Wire& wire = connect();
    const std::string first = challenge_of(wire, R"("authmethods":["ticket"],"authid":")" + authid + "\"");
    if (authid.empty()) {
      EXPECT_THAT(first, HasSubstr("wamp.error.no_such_principal"));
      continue;
    }
    EXPECT_EQ(first, R"([4,"ticket",{}])");
    EXPECT_EQ(says(wire, authenticate("wrong")), denied) << authid;
    EXPECT_EQ(wire.close_code(), 1000) << authid;
  }
}

TEST_F(AdmissionTest, APrincipalMayHaveItsRealmItsOtherNameAndSomethingExtra) {
  open(tickets);
  Wire& jim = connect();
  jim.receives(hello(R"("authmethods":["ticket"],"authid":"jim")", "realm2"));
  jim.receives(authenticate("other"));
  const std::string welcome = jim.sent();
  EXPECT_THAT(welcome, HasSubstr(R"("realm":"realm2","authid":"James","authrole":"admin")"));
  EXPECT_THAT(welcome, HasSubstr(R"("authextra":{"n":[1,2.5,null]})"));
}

TEST_F(AdmissionTest, NobodyComesIntoAnotherRealmThanHisOwn) {
  open(tickets);
  Wire& jim = connect();
  jim.receives(hello(R"("authmethods":["ticket"],"authid":"jim")", "realm1"));
  jim.sent();
  EXPECT_EQ(says(jim, authenticate("other")), denied);
}

TEST_F(AdmissionTest, WhoNamesNoRealmComesIntoHisOwn) {
  open(tickets);
  Wire& jim = connect();
  jim.receives(hello(R"("authmethods":["ticket"],"authid":"jim")", ""));
  jim.sent();
  EXPECT_THAT(says(jim, authenticate("other")), HasSubstr(R"("realm":"realm2")"));
  Wire& james = connect();
  james.receives(R"([1,null,{"roles":{"caller":{}},"authmethods":["ticket"],"authid":"jim"}])");
  james.sent();
  EXPECT_THAT(says(james, authenticate("other")), HasSubstr(R"("realm":"realm2")"));
  Wire& joe = connect();
  joe.receives(hello(joe_by_ticket, ""));
  joe.sent();
  EXPECT_THAT(says(joe, authenticate("secret!!!")), HasSubstr("wamp.error.no_such_realm"));
}

TEST_F(AdmissionTest, ThereAreNoShortcutsAndNoDetours) {
  open(tickets);
  for (const std::string& message :
       {std::string("[48,1,{},\"a\"]"), hello(joe_by_ticket), std::string(R"([6,{},"wamp.close.normal"])")}) {
    Wire& wire = connect();
    challenge_of(wire, joe_by_ticket);
    EXPECT_THAT(says(wire, message), HasSubstr("wamp.error.protocol_violation")) << message;
  }
  Wire& early = connect();
  EXPECT_THAT(says(early, authenticate("secret!!!")), HasSubstr("wamp.error.protocol_violation"));
  Wire& late = connect();
  challenge_of(late, joe_by_ticket);
  says(late, authenticate("secret!!!"));
  EXPECT_THAT(says(late, authenticate("secret!!!")), HasSubstr("wamp.error.protocol_violation"));
}

TEST_F(AdmissionTest, AClientMayAbortInTheMiddle) {
  open(tickets);
  Wire& wire = connect();
  challenge_of(wire, joe_by_ticket);
  EXPECT_EQ(says(wire, R"([3,{},"wamp.error.cannot_authenticate"])"), "");
  EXPECT_EQ(wire.close_code(), 1000);
}

TEST_F(AdmissionTest, AClientMayVanishInTheMiddle) {
  open(tickets);
  Wire& wire = connect();
  challenge_of(wire, joe_by_ticket);
  wire.breaks();
  Wire& next = connect();
  challenge_of(next, joe_by_ticket);
  EXPECT_THAT(says(next, authenticate("secret!!!")), StartsWith("[2,"));
}

TEST_F(AdmissionTest, AHandlerOfTheSessionBeforeMayAnswerInTheMiddle) {
  open(tickets);
  Wire& wire = connect();
  const auto joins = [&wire] {
    EXPECT_THAT(says(wire, hello(joe_by_ticket)), StartsWith("[4,"));
    EXPECT_THAT(says(wire, authenticate("secret!!!")), StartsWith("[2,"));
  };
  joins();
  wire.receives(R"([64,1,{},"com.slow"])");
  wire.receives(R"([48,2,{},"com.slow"])");
  EXPECT_THAT(wire.sent(), HasSubstr("[68,1,"));
  EXPECT_THAT(says(wire, R"([6,{},"wamp.close.close_realm"])"), StartsWith("[6,"));
  EXPECT_THAT(says(wire, hello(joe_by_ticket)), StartsWith("[4,"));
  EXPECT_EQ(says(wire, R"([70,1,{},["late"]])"), "");
  EXPECT_THAT(says(wire, authenticate("secret!!!")), StartsWith("[2,"));
}

// ---- choosing a method

TEST_F(AdmissionTest, TheClientsFirstMethodThatIsAcceptedCounts) {
  open(std::string(tickets) + R"(, "anonymous": {"type": "static", "role": "anonymous"})");
  Wire& both = connect();
  EXPECT_EQ(challenge_of(both, R"("authmethods":["scram","ticket","anonymous"],"authid":"joe")"),
            R"([4,"ticket",{}])");
  Wire& anonymous = connect();
  EXPECT_THAT(challenge_of(anonymous, R"("authmethods":["anonymous","ticket"],"authid":"joe")"),
              HasSubstr(R"("authmethod":"anonymous")"));
}

TEST_F(AdmissionTest, AnAnonymousClientIsNotWhomItClaimsToBe) {
  open(R"("anonymous": {"type": "static", "role": "anonymous"})");
  Wire& wire = connect();
  const std::string welcome = challenge_of(wire, R"("authid":"admin")");
  EXPECT_THAT(welcome, StartsWith("[2,"));
  EXPECT_THAT(welcome, Not(HasSubstr(R"("authid":"admin")")));
}

TEST_F(AdmissionTest, WhoOffersNothingThatIsAcceptedIsToldWhatIs) {
  open(tickets);
  for (const std::string details : {R"("authmethods":["anonymous"])", R"("authmethods":[])", ""}) {
    Wire& wire = connect();
    const std::string answer = challenge_of(wire, details);
    EXPECT_THAT(answer, HasSubstr("wamp.error.authentication_required")) << details;
    EXPECT_THAT(answer, HasSubstr("ticket")) << details;
  }
  Wire& wire = connect();
  EXPECT_THAT(challenge_of(wire, R"("authmethods":["wampcra","tls","cookie","jwt"],"authid":"joe")"),
              HasSubstr("wamp.error.no_matching_auth_method"));
}

// realm1 is open to anonymous, realm2 to the role "user" only.
config::Config half_open(const std::string& auth) {
  return config::parse_config(
      R"({"realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]},
                     {"name": "realm2", "roles": [{"name": "user", "permissions": []}]}],
          "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 1},
                          "auth": {"anonymous": {"type": "static", "role": "anonymous"})" +
          auth + "}}]}",
      "test", ".");
}

TEST_F(AdmissionTest, ARealmThatIsNotOpenToAnonymousWantsSomethingElse) {
  router_.emplace(
      half_open(R"(, "ticket": {"type": "static", "principals": {"joe": {"ticket": "t", "role": "user"}}})"));
  for (const std::string details : {R"("authmethods":["anonymous"])", R"("authmethods":[])", ""})
    EXPECT_THAT(says(connect(), hello(details, "realm2")),
                AllOf(StartsWith("[3,"), HasSubstr("\\\"ticket\\\""),
                      HasSubstr("realm \\\"realm2\\\" has no role for \\\"anonymous\\\""),
                      HasSubstr("wamp.error.authentication_required")))
        << details;
  EXPECT_THAT(says(connect(), hello(R"("authmethods":["anonymous","jwt"])", "realm2")),
              HasSubstr("wamp.error.no_matching_auth_method"));
  EXPECT_THAT(says(connect(), hello("")), StartsWith("[2,"));
  EXPECT_THAT(says(connect(), hello("", "realm3")), HasSubstr("wamp.error.no_such_realm"));
}

TEST_F(AdmissionTest, WhoOffersMoreThanAnonymousIsAskedForThatWhereItIsNeeded) {
  router_.emplace(
      half_open(R"(, "ticket": {"type": "static", "principals": {"joe": {"ticket": "t", "role": "user"}}})"));
  const std::string either = R"("authmethods":["anonymous","ticket"],"authid":"joe")";
  EXPECT_THAT(says(connect(), hello(either)), HasSubstr(R"("authmethod":"anonymous")"));
  Wire& joe = connect();
  EXPECT_EQ(says(joe, hello(either, "realm2")), R"([4,"ticket",{}])");
  EXPECT_THAT(says(joe, authenticate("t")), HasSubstr(R"("authrole":"user","authmethod":"ticket")"));
}

TEST_F(AdmissionTest, ARealmThatIsNotOpenToAnonymousIsNoneOfATransportThatKnowsNothingElse) {
  router_.emplace(half_open(""));
  for (const std::string details : {R"("authmethods":["anonymous"])", ""})
    EXPECT_THAT(says(connect(), hello(details, "realm2")),
                AllOf(StartsWith("[3,"), HasSubstr("wamp.error.no_matching_auth_method")))
        << details;
}

TEST_F(AdmissionTest, AnAuthidOfAnySizeIsAnswered) {
  open(tickets);
  const auto answer_to = [this](const std::string& authid) {
    return challenge_of(connect(), R"("authmethods":["ticket"],"authid":")" + authid + "\"");
  };
  EXPECT_THAT(answer_to(std::string(255, 'j')), HasSubstr("[4,\"ticket\""));
  EXPECT_THAT(answer_to(std::string(100000, 'j')), HasSubstr("more than 255 bytes (attribute_length)"));
}

}  // namespace
}  // namespace router

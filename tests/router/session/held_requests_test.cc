// What users may do when an authorizer of the realm is asked about it.
#include "router/session/held_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/authorized_wires.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Request {
  const char* message;
  const char* question;  // without the session
  const char* allowed;   // what the answer begins with
  const char* denied;
};

class EachAction : public testing::TestWithParam<Request> {};

TEST_P(EachAction, IsCarriedOutIfTheAuthorizerAllowsIt) {
  AuthorizedWires router;
  Wire& callee = router.backend();
  callee.receives(R"([64,1,{},"com.a"])");
  Wire& user = router.user();
  EXPECT_EQ(says(user, GetParam().message), "");
  const std::string session = std::to_string(user.session_id());
  EXPECT_THAT(router.authorizer().answers("true"),
              AllOf(HasSubstr(R"([{"realm":"realm1","authprovider":"static","authid":"anonymous-)" + session +
                              R"(","authrole":"user","authmethod":"anonymous","session":)" + session +
                              R"(,"authextra":{},"transport":{"type":"websocket","peer":"test"}},)" +
                              GetParam().question + "]]"),
                    StartsWith("[68,")));
  if (std::string(GetParam().message).starts_with("[48,")) {
    EXPECT_THAT(callee.sent(), HasSubstr("[68,1,"));
    callee.receives("[70,1,{}]");
  }
  EXPECT_THAT(user.sent(), StartsWith(GetParam().allowed));
}

TEST_P(EachAction, IsRefusedIfTheAuthorizerDeniesIt) {
  for (const std::string answer : {"false", R"({"allow":false})", R"({"allow":false,"cache":true})"}) {
    AuthorizedWires router;
    Wire& user = router.user();
    EXPECT_EQ(says(user, GetParam().message), "");
    router.authorizer().answers(answer);
    EXPECT_THAT(user.sent(), AllOf(StartsWith(GetParam().denied), HasSubstr("wamp.error.not_authorized")));
    EXPECT_EQ(router.realm().counts().calls, 0u);
  }
}

TEST_P(EachAction, IsRefusedIfTheAuthorizerFails) {
  for (const std::string answer : {"null", "1", "\"true\"", "[true]", "{}", R"({"allow":"yes"})",
                                   R"({"allow":true,"cache":1})", R"({"allow":true,"disclose":null})",
                                   R"({"allow":true,"alow":true})", R"({"allow":true,"validate":{}})", ""}) {
    AuthorizedWires router;
    Wire& user = router.user();
    user.receives(GetParam().message);
    router.authorizer().answers(answer);
    EXPECT_THAT(user.sent(),
                AllOf(StartsWith(GetParam().denied), HasSubstr("wamp.error.authorization_failed")))
        << answer;
  }
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(GetParam().message);
  router.authorizer().fails("com.example.broken");
  EXPECT_THAT(user.sent(), AllOf(StartsWith(GetParam().denied), HasSubstr("wamp.error.authorization_failed"),
                                 Not(HasSubstr("broken"))));
}

TEST_P(EachAction, IsRefusedWithoutAnAnswerInTime) {
  AuthorizedWires router(R"("timeout_ms": 300)");
  Wire& user = router.user();
  user.receives(GetParam().message);
  router.router().passes(milliseconds(299));
  EXPECT_EQ(user.sent(), "");
  router.router().passes(milliseconds(1));
  EXPECT_THAT(user.sent(),
              AllOf(StartsWith(GetParam().denied), HasSubstr("wamp.error.authorization_failed")));
  router.authorizer().answers("true");
  EXPECT_EQ(user.sent(), "");
}

TEST_P(EachAction, IsRefusedIfTheAuthorizerIsNotThereOrDies) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(GetParam().message);
  router.authorizer().wire().breaks();
  EXPECT_THAT(user.sent(),
              AllOf(StartsWith(GetParam().denied), HasSubstr("wamp.error.authorization_failed")));
  std::string second = GetParam().message;
  second.replace(second.find(",1,"), 3, ",2,");
  EXPECT_THAT(says(user, second), HasSubstr("wamp.error.authorization_failed"));
  EXPECT_FALSE(user.closed());
}

TEST_P(EachAction, IsNotAskedAboutIfTheAnswerIsKnown) {
  AuthorizedWires router;
  Wire& callee = router.backend();
  callee.receives(R"([64,1,{},"com.a"])");
  Wire& user = router.user();
  user.receives(GetParam().message);
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  std::string second = GetParam().message;
  second.replace(second.find(",1,"), 3, ",2,");
  user.receives(second);
  EXPECT_THAT(router.authorizer().asked(), testing::IsEmpty());
  EXPECT_EQ(router.realm().counts().calls, std::string(GetParam().message).starts_with("[48,") ? 2u : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Authorization, EachAction,
    testing::Values(Request{R"([48,1,{"timeout":9},"com.a",[1]])", R"("com.a","call",{"timeout":9})",
                            "[50,1,", "[8,48,1,"},
                    Request{R"([64,1,{},"com.b"])", R"("com.b","register",{})", "[65,1,", "[8,64,1,"},
                    Request{R"([64,1,{"match":"prefix"},"com.b."])",
                            R"("com.b.","register",{"match":"prefix"})", "[65,1,", "[8,64,1,"},
                    Request{R"([64,1,{"match":"wildcard"},"com..b"])",
                            R"("com..b","register",{"match":"wildcard"})", "[65,1,", "[8,64,1,"},
                    Request{R"([16,1,{"acknowledge":true},"com.t",[1]])",
                            R"("com.t","publish",{"acknowledge":true})", "[17,1,", "[8,16,1,"},
                    Request{R"([32,1,{},"com.t"])", R"("com.t","subscribe",{})", "[33,1,", "[8,32,1,"},
                    Request{R"([32,1,{"match":"prefix"},""])", R"("","subscribe",{"match":"prefix"})",
                            "[33,1,", "[8,32,1,"},
                    Request{R"([32,1,{"match":"wildcard"},"com."])",
                            R"("com.","subscribe",{"match":"wildcard"})", "[33,1,", "[8,32,1,"}));

TEST(HeldRequests, TellTheAuthorizerWhatAStrangerSaysAndHowItHasComeButNoSecrets) {
  AuthorizedWires router;
  Arrival arrival;
  arrival.details = {{"protocol", "wamp.2.json"},
                     {"http_headers_received", wamp::Dict{{"host", "example.com"},
                                                          {"cookie", "sid=secret"},
                                                          {"authorization", "Bearer secret"},
                                                          {"proxy-authorization", "Basic secret"}}}};
  Wire& user = router.router().connect(serializers::Format::json, arrival, "192.0.2.1:5");
  EXPECT_THAT(says(user, R"([1,"realm1",{"roles":{"caller":{}},"authextra":{"tenant":7}}])"),
              StartsWith("[2,"));
  EXPECT_EQ(says(user, R"([48,1,{},"com.a"])"), "");
  const std::string asked = router.authorizer().answers("true");
  EXPECT_THAT(asked, HasSubstr(R"("authextra":{"tenant":7},"transport":{"protocol":"wamp.2.json",)"
                               R"("http_headers_received":{"host":"example.com"},)"
                               R"("type":"websocket","peer":"192.0.2.1:5"}})"));
  EXPECT_THAT(asked, Not(HasSubstr("secret")));
}

TEST(HeldRequests, TellTheAuthorizerWhatIsKnownOfAPrincipalAndNotWhatItSays) {
  AuthorizedWires router;
  Wire& joe = router.router().connect();
  EXPECT_THAT(says(joe, R"([1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"],"authid":"joe",)"
                        R"("authextra":{"tenant":2,"admin":true}}])"),
              StartsWith("[4,"));
  EXPECT_THAT(says(joe, R"([5,"j",{}])"), StartsWith("[2,"));
  EXPECT_EQ(says(joe, R"([48,1,{},"com.a"])"), "");
  EXPECT_THAT(router.authorizer().answers("true"), HasSubstr(R"("authextra":{"tenant":1},"transport":{)"));
}

TEST(HeldRequests, AreToldToAnAuthorizerThatGivesKeywordsToo) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  const std::string question = router.authorizer().asked().front();
  router.authorizer().wire().receives("[70," + question.substr(4, question.find(',', 4) - 4) +
                                      R"(,{},[],{"allow":true}])");
  EXPECT_THAT(user.sent(), StartsWith("[33,1,"));
}

TEST(HeldRequests, ADeniedPublicationWithoutAcknowledgementIsNotAnswered) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([16,1,{},"com.t"])");
  router.authorizer().answers("false");
  EXPECT_EQ(user.sent(), "");
  EXPECT_FALSE(user.closed());
}

TEST(HeldRequests, TheAuthorizerDisclosesCallersAndPublishers) {
  for (const bool disclose : {true, false}) {
    AuthorizedWires router;
    Wire& backend = router.backend();
    backend.receives(R"([64,1,{},"com.a"])");
    backend.receives(R"([32,2,{},"com.t"])");
    backend.sent();
    Wire& user = router.user();
    for (int round = 0; round < 2; ++round) {
      user.receives("[48," + std::to_string(2 * round + 1) + R"(,{},"com.a"])");
      user.receives("[16," + std::to_string(2 * round + 2) + R"(,{},"com.t"])");
      // The second time it is remembered.
      if (round == 0)
        for (int i = 0; i < 2; ++i)
          router.authorizer().answers(disclose ? R"({"allow":true,"disclose":true,"cache":true})"
                                               : R"({"allow":true,"cache":true})");
      const std::string seen = backend.sent();
      const std::string session = std::to_string(user.session_id());
      EXPECT_EQ(seen.find("\"caller\":" + session) != std::string::npos, disclose) << seen;
      EXPECT_EQ(seen.find("\"publisher\":" + session) != std::string::npos, disclose) << seen;
    }
  }
}

TEST(HeldRequests, WhatNobodyMayIsNotAskedAbout) {
  AuthorizedWires router;
  Wire& user = router.user();
  EXPECT_THAT(says(user, R"([48,1,{},"com..a"])"), HasSubstr("wamp.error.invalid_uri"));
  EXPECT_THAT(says(user, R"([64,2,{},"wamp.a"])"), HasSubstr("wamp.error.invalid_uri"));
  EXPECT_THAT(says(user, R"([32,3,{},"com. a"])"), HasSubstr("wamp.error.invalid_uri"));
  EXPECT_THAT(says(user, R"([16,4,{"acknowledge":true},")" + std::string(5000, 'a') + "\"]"),
              HasSubstr("wamp.error.invalid_uri"));
  EXPECT_THAT(router.authorizer().asked(), testing::IsEmpty());
}

TEST(HeldRequests, OptionsThatBreakTheProtocolEndTheSessionWhenItIsTheirTurn) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  EXPECT_EQ(says(user, R"([32,2,{"match":5},"com.t"])"), "");
  router.authorizer().answers("true");
  EXPECT_THAT(user.sent(), AllOf(StartsWith("[33,1,"), HasSubstr("wamp.error.protocol_violation")));
  EXPECT_TRUE(user.closed());
}

TEST(HeldRequests, ARequestIdThatIsNotTheNextOneOfASequentialRealmEndsTheSessionAtOnce) {
  AuthorizedWires router("", "sequential");
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  EXPECT_THAT(says(user, R"([32,3,{},"com.t"])"), HasSubstr("wamp.error.protocol_violation"));
  router.authorizer().answers("true");
  EXPECT_EQ(user.sent(), "");
  EXPECT_EQ(router.realm().counts().subscriptions, 0u);
}

TEST(HeldRequests, TheRoutersProceduresAreAskedAboutToo) {
  AuthorizedWires router;
  Wire& user = router.user();
  EXPECT_EQ(says(user, R"([48,1,{},"wamp.session.count"])"), "");
  EXPECT_THAT(router.authorizer().answers("true"), HasSubstr(R"("wamp.session.count","call")"));
  EXPECT_THAT(user.sent(), StartsWith("[50,1,"));
}

TEST(HeldRequests, WhoLeavesATestamentMustBeAllowedToPublishIt) {
  for (const bool allowed : {true, false}) {
    AuthorizedWires router;
    Wire& backend = router.backend();
    backend.receives(R"([32,1,{},"com.t"])");
    Wire& user = router.user();
    user.receives(
        R"([48,1,{},"wamp.session.add_testament",["com.t",[1],{}],{"publish_options":{"exclude_me":false}}])");
    EXPECT_THAT(router.authorizer().answers("true"), HasSubstr(R"("wamp.session.add_testament","call",{}])"));
    EXPECT_EQ(user.sent(), "");
    EXPECT_THAT(router.authorizer().answers(allowed ? "true" : "false"),
                HasSubstr(R"("com.t","publish",{"exclude_me":false}])"));
    EXPECT_THAT(user.sent(), allowed ? StartsWith("[50,1,") : StartsWith("[8,48,1,"));
    backend.sent();
    user.breaks();
    EXPECT_EQ(backend.sent().empty(), !allowed);
  }
}

TEST(HeldRequests, EverySerializerIsHeld) {
  for (const auto format : serializers::all_formats) {
    AuthorizedWires router;
    Wire& callee = router.backend();
    callee.receives(R"([64,1,{},"com.a"])");
    callee.sent();
    Wire& user = router.user(format);
    user.receives(R"([48,1,{"timeout":5},"com.a",["\u0041\n",2],{"k":[1.5]}])");
    user.receives(R"([48,2,{},"com.a"])");
    router.authorizer().answers("true", 1);
    EXPECT_EQ(callee.sent(), "");
    router.authorizer().answers("true");
    EXPECT_THAT(callee.sent(),
                AllOf(HasSubstr(R"([68,1,)"), HasSubstr(R"(,2],{"k":[1.5]}])"), HasSubstr("[68,2,")));
  }
}

TEST(HeldRequests, AskAnAuthorizerThatTakesOneQuestionAtATime) {
  AuthorizedWires router;
  Wire& authorizer = router.authorizer().wire();
  authorizer.receives("[66,2,1]");
  authorizer.receives(R"([64,3,{"concurrency":1},"com.auth"])");
  authorizer.sent();
  Wire& user = router.user();
  Wire& other = router.user();
  user.receives(R"([48,1,{},"com.a"])");
  other.receives(R"([48,1,{},"com.b"])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers("false");
  EXPECT_THAT(user.sent(), HasSubstr("wamp.error.not_authorized"));
  ASSERT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers("false");
  EXPECT_THAT(other.sent(), HasSubstr("wamp.error.not_authorized"));
}

}  // namespace
}  // namespace router

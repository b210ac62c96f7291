// What users may do when an authorizer of the realm is asked about it.
#include "router/session/held_requests.h"

#include <random>
#include <sstream>

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

// ---- questions and answers

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

// ---- order

TEST(HeldRequests, LaterRequestsWaitForEarlierOnes) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.slow"])");
  user.receives(R"([32,2,{},"com.fast"])");
  EXPECT_EQ(router.authorizer().asked().size(), 2u);
  router.authorizer().answers("true", 1);
  EXPECT_EQ(user.sent(), "");
  router.authorizer().answers("true");
  EXPECT_THAT(user.sent(), testing::ContainsRegex("^\\[33,1,.*\n\\[33,2,"));
}

TEST(HeldRequests, ARequestWhoseAnswerIsKnownWaitsForEarlierOnes) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.known"])");
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  user.sent();
  user.receives(R"([32,2,{},"com.slow"])");
  EXPECT_EQ(says(user, R"([32,3,{},"com.known"])"), "");
  // Nothing is asked about it, but its order counts.
  EXPECT_EQ(says(user, R"([34,4,1])"), "");
  router.authorizer().answers("false");
  EXPECT_THAT(user.sent(), testing::ContainsRegex("^\\[8,32,2,.*\n\\[33,3,.*\n\\[(8,34|35),4"));
}

TEST(HeldRequests, AnswersOfTheSessionPassThoseThatWait) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([64,1,{},"com.of_user"])");
  router.authorizer().answers("true");
  user.sent();
  Wire& caller = router.backend();
  caller.receives(R"([48,1,{},"com.of_user"])");
  caller.receives(R"([48,2,{},"com.of_user"])");
  user.sent();
  user.receives(R"([32,2,{},"com.t"])");
  user.receives("[70,1,{},[7]]");
  user.receives(R"([8,68,2,{},"com.sorry"])");
  EXPECT_THAT(caller.sent(), AllOf(HasSubstr("[50,1,{},[7]]"), HasSubstr("com.sorry")));
}

TEST(HeldRequests, AnAuthorizerMayCallTheSessionItIsAskedAbout) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([64,1,{},"com.of_user"])");
  router.authorizer().answers("true");
  user.sent();
  user.receives(R"([32,2,{},"com.t"])");
  router.authorizer().wire().receives(R"([48,2,{},"com.of_user"])");
  EXPECT_THAT(user.sent(), StartsWith("[68,1,"));
  user.receives("[70,1,{},[7]]");
  EXPECT_THAT(router.authorizer().others(), HasSubstr("[50,2,{},[7]]"));
  router.authorizer().answers("true");
  EXPECT_THAT(user.sent(), StartsWith("[33,2,"));
}

TEST(HeldRequests, ACallMayBeCanceledWhileItWaits) {
  AuthorizedWires router;
  Wire& callee = router.backend();
  callee.receives(R"([64,1,{},"com.a"])");
  callee.sent();
  Wire& user = router.user();
  user.receives(R"([48,1,{},"com.a"])");
  EXPECT_EQ(says(user, R"([49,1,{"mode":"killnowait"}])"), "");
  router.authorizer().answers("true");
  EXPECT_THAT(user.sent(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_THAT(callee.sent(), testing::ContainsRegex("^\\[68,1,.*\n\\[69,1,"));
  user.receives(R"([48,2,{},"com.a"])");
  user.receives(R"([49,2,{}])");
  router.authorizer().answers("false");
  EXPECT_THAT(user.sent(), AllOf(HasSubstr("wamp.error.not_authorized"), Not(HasSubstr("canceled"))));
}

TEST(HeldRequests, ChunksOfACallWaitForItsAnswerAndAreNotAskedAbout) {
  AuthorizedWires router;
  Wire& callee = router.backend();
  callee.receives(R"([64,1,{},"com.a"])");
  callee.sent();
  Wire& user = router.user();
  user.receives(R"([48,1,{"progress":true},"com.a",[1]])");
  user.receives(R"([48,1,{"progress":true},"com.a",[2]])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers("true");
  user.receives(R"([48,1,{},"com.a",[3]])");
  EXPECT_THAT(callee.sent(),
              testing::ContainsRegex("^\\[68,1,.*\\[1\\]\\]\n\\[68,1,.*\\[2\\]\\]\n\\[68,1,.*\\[3\\]\\]"));
  EXPECT_THAT(router.authorizer().asked(), testing::IsEmpty());
  user.receives(R"([48,2,{"progress":true},"com.a",[1]])");
  user.receives(R"([48,2,{},"com.a",[2]])");
  router.authorizer().answers("false");
  EXPECT_THAT(user.sent(), HasSubstr("wamp.error.not_authorized"));
  EXPECT_FALSE(user.closed());
  EXPECT_EQ(callee.sent(), "");
}

TEST(HeldRequests, AreAnsweredBeforeGoodbye) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  user.receives(R"([16,2,{"acknowledge":true},"com.t"])");
  EXPECT_EQ(says(user, R"([6,{},"wamp.close.normal"])"), "");
  router.authorizer().answers("true");
  router.authorizer().answers("false");
  EXPECT_THAT(user.sent(), testing::ContainsRegex("^\\[33,1,.*\n\\[8,16,2,.*\n\\[6,"));
  EXPECT_EQ(router.realm().counts().members, 1u);
  // And the connection may have another session.
  EXPECT_THAT(says(user, R"([1,"realm1",{"roles":{"caller":{}}}])"), StartsWith("[2,"));
}

TEST(HeldRequests, GoWithTheirSession) {
  for (const int way : {0, 1, 2}) {
    AuthorizedWires router;
    Wire& user = router.user();
    user.receives(R"([32,1,{},"com.t"])");
    user.receives(R"([64,2,{},"com.a"])");
    EXPECT_EQ(router.authorizer().asked().size(), 2u);
    if (way == 0) user.breaks();
    if (way == 1) user.receives(R"([3,{},"wamp.error.whatever"])");
    if (way == 2)
      router.backend().receives(R"([48,1,{},"wamp.session.kill",[)" + std::to_string(user.session_id()) +
                                "]]");
    EXPECT_EQ(router.realm().counts().calls, 0u) << way;
    router.authorizer().answers("true");
    router.authorizer().answers("true");
    EXPECT_EQ(router.realm().counts().subscriptions + router.realm().counts().registrations, 1u);
    EXPECT_FALSE(router.authorizer().wire().closed());
  }
}

// Requests at random, of an authorizer that answers at random, in any order: what the others see, and what
// the session is answered, is as if it had been asked about one after the other.
class RandomRequests : public testing::TestWithParam<unsigned> {};

TEST_P(RandomRequests, KeepTheirOrder) {
  std::mt19937 random(GetParam());
  const auto pick = [&random](size_t n) { return static_cast<size_t>(random() % n); };
  AuthorizedWires router;
  Wire& observer = router.backend();
  observer.receives(R"([64,1,{"match":"prefix"},"com."])");
  observer.receives(R"([32,2,{"match":"prefix"},"com."])");
  observer.sent();
  Wire& user = router.user();
  // By the digit at the end of the URI.
  const std::vector<std::string> answers = {
      "true", "false", R"({"allow":true,"cache":true})", R"({"allow":false,"cache":true})", "7", "error"};
  const auto is_allowed = [](size_t kind) { return kind == 0 || kind == 2; };
  std::vector<std::string> to_user, to_observer;  // expected
  int next = 0;
  const auto answer_one = [&] {
    AuthorizerWire& authorizer = router.authorizer();
    if (authorizer.asked().empty()) return false;
    const size_t which = pick(authorizer.asked().size());
    const std::string& question = authorizer.asked()[which];
    const auto kind = static_cast<size_t>(question[question.find("com.k") + 5] - '0');
    if (answers[kind] == "error")
      authorizer.fails("com.error", which);
    else
      authorizer.answers(answers[kind], which);
    return true;
  };
  for (int step = 0; step < 120; ++step) {
    const size_t kind = pick(answers.size());
    const std::string uri = "com.k" + std::to_string(kind) + "." + std::to_string(pick(3));
    const std::string id = std::to_string(next + 1);
    switch (pick(6)) {
      case 0:
        ++next;
        user.receives("[16," + id + R"(,{"acknowledge":true},")" + uri + "\",[" + id + "]]");
        to_user.push_back(is_allowed(kind) ? "[17," + id : "[8,16," + id);
        if (is_allowed(kind)) to_observer.push_back("[36," + id);
        break;
      case 1:
        ++next;
        user.receives("[16," + id + R"(,{},")" + uri + "\",[" + id + "]]");
        if (is_allowed(kind)) to_observer.push_back("[36," + id);
        break;
      case 2:
        ++next;
        user.receives("[48," + id + R"(,{},")" + uri + "\",[" + id + "]]");
        user.receives("[49," + id + ",{}]");
        to_user.push_back("[8,48," + id);
        if (is_allowed(kind)) to_observer.push_back("[68," + id);
        break;
      case 3:
        ++next;
        user.receives("[32," + id + R"(,{},")" + uri + "\"]");
        to_user.push_back(is_allowed(kind) ? "[33," + id : "[8,32," + id);
        break;
      case 4:
        ++next;
        user.receives("[34," + id + ",999]");
        to_user.push_back("[8,34," + id);
        break;
      default:
        answer_one();
    }
  }
  while (answer_one()) {
  }
  const auto matches = [](const std::string& lines, const std::vector<std::string>& expected, bool by_args) {
    std::vector<std::string> found;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("[69,")) continue;  // INTERRUPT
      const size_t args = line.rfind('[');
      const std::string type = line.substr(0, line.find(',') + 1);
      const size_t id = type == "[8," ? line.find(',', 3) + 1 : line.find(',') + 1;
      found.push_back(by_args ? type + line.substr(args + 1, line.find(']', args) - args - 1)
                              : line.substr(0, line.find_first_of(",]", id)));
    }
    EXPECT_EQ(found, expected);
  };
  matches(user.sent(), to_user, false);
  matches(observer.sent(), to_observer, true);
  EXPECT_FALSE(user.closed());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomRequests, testing::Range(1u, 41u));

}  // namespace
}  // namespace router

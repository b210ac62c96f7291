// In which order requests are carried out and answered when an authorizer is asked about some of them.
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/session/held_requests.h"
#include "tests/router/support/authorized_wires.h"

namespace router {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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

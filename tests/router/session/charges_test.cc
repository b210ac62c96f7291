// What the router keeps for a client is charged to its connection as long as it is kept, and bounded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/memory/holding.h"
#include "tests/router/support/authorized_wires.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr size_t much = 100'000;

const std::string& much_text() {
  static const std::string text(much, 'x');
  return text;
}

size_t held(const Wire& wire, transport::Holding kind) {
  return wire.account()->of(kind);
}

struct ChargesOfASession : testing::Test {
  SessionHarness router;
  Wire& client = router.join();
  Wire& other = router.join();

  void expect_given_back(transport::Holding kind, size_t before = 0) {
    EXPECT_EQ(held(client, kind), before);
  }
};

// ---- calls

TEST_F(ChargesOfASession, ACallThatWaitsForACalleeCostsItsCaller) {
  says(other, R"([64,1,{"concurrency":1},"com.work"])");
  says(client, R"([48,1,{},"com.work"])");
  says(client, R"([48,2,{},"com.work",[")" + much_text() + R"("]])");
  EXPECT_GE(held(client, holding::calls), much);
  EXPECT_LT(held(other, holding::calls), much);
  says(other, R"([70,1,{}])");
  EXPECT_LT(held(client, holding::calls), much) << "it has been sent on";
}

TEST_F(ChargesOfASession, ACallThatMayBeSentAgainCostsItsCallerUntilItIsAnswered) {
  Wire& callee = router.join(serializers::Format::json, R"({"callee":{"features":{"call_reroute":true}}})");
  says(callee, R"([64,1,{},"com.work"])");
  says(client, R"([48,1,{},"com.work",[")" + much_text() + R"("]])");
  EXPECT_GE(held(client, holding::calls), much);
  says(callee, R"([70,1,{}])");
  EXPECT_LT(held(client, holding::calls), much);
}

TEST_F(ChargesOfASession, ACallIsGivenBackHoweverItEnds) {
  Wire& callee = router.join(serializers::Format::json, R"({"callee":{"features":{"call_reroute":true}}})");
  says(callee, R"([64,1,{},"com.work"])");
  const auto call = [&](int request) {
    says(client, "[48," + std::to_string(request) + R"(,{},"com.work",[")" + much_text() + R"("]])");
    EXPECT_GE(held(client, holding::calls), much) << request;
  };
  call(1);
  says(client, R"([49,1,{}])");  // canceled
  EXPECT_LT(held(client, holding::calls), much);
  call(2);
  says(callee, R"([8,68,2,{},"wamp.error.unavailable"])");  // nobody else is there
  EXPECT_LT(held(client, holding::calls), much);
  call(3);
  callee.breaks();
  EXPECT_LT(held(client, holding::calls), much);
}

TEST_F(ChargesOfASession, ManyCallsCostSomethingEvenIfNothingOfThemIsKept) {
  says(other, R"([64,1,{},"com.work"])");
  for (int i = 1; i <= 1000; ++i) client.receives("[48," + std::to_string(i) + R"(,{},"com.work"])");
  EXPECT_GE(held(client, holding::calls), 1000 * dealer::pending_call_bytes);
}

// ---- what stands in tables

TEST_F(ChargesOfASession, ASubscriptionCostsWhatItsTopicTakes) {
  const std::string topic = "com." + std::string(4000, 'a');
  says(client, R"([32,1,{},")" + topic + R"("])");
  const size_t of_one = held(client, holding::subscriptions);
  EXPECT_GE(of_one, 2 * topic.size()) << "it stands in the index as well";
  says(client, R"([32,2,{"match":"wildcard"},")" + topic + R"(..x"])");
  EXPECT_GE(held(client, holding::subscriptions), 4 * topic.size());
  says(client, R"([34,3,2])");
  EXPECT_LT(held(client, holding::subscriptions), of_one + 512) << "its table has grown for the second";
}

TEST_F(ChargesOfASession, ASharedSubscriptionCostsEachAsIfItWereAlone) {
  says(client, R"([32,1,{},"com.topic"])");
  says(other, R"([32,1,{},"com.topic"])");
  EXPECT_EQ(held(client, holding::subscriptions), held(other, holding::subscriptions));
}

TEST_F(ChargesOfASession, ARegistrationCostsWhatItsProcedureTakes) {
  const std::string procedure = "com." + std::string(4000, 'a');
  says(client, R"([64,1,{},")" + procedure + R"("])");
  EXPECT_GE(held(client, holding::registrations), 2 * procedure.size());
}

TEST_F(ChargesOfASession, ATestamentCostsWhatItWillSay) {
  says(client, R"([48,1,{},"wamp.session.add_testament",["com.gone",[")" + much_text() + R"("],{}]])");
  EXPECT_GE(held(client, holding::testaments), much);
  says(client, R"([48,2,{},"wamp.session.flush_testaments"])");
  expect_given_back(holding::testaments);
}

TEST_F(ChargesOfASession, DetailsThatAreAddedCostTheSessionThatHasThem) {
  const size_t before = held(client, holding::session);
  says(other, R"([48,1,{},"wamp.session.modify_details",[)" + std::to_string(client.session_id()) +
                  R"(,{"note":")" + std::string(10'000, 'x') + R"("}]])");
  EXPECT_GE(held(client, holding::session), before + 10'000);
  says(other, R"([48,2,{},"wamp.session.modify_details",[)" + std::to_string(client.session_id()) +
                  R"(,{"note":null}]])");
  expect_given_back(holding::session, before);
}

// ---- events and requests that wait

TEST_F(ChargesOfASession, EventsThatWaitForItCostIt) {
  config::Config config = SessionHarness::two_realms();
  config.realms.front().roles.front().slow_consumer = config::SlowConsumer::drop_oldest;
  SessionHarness tolerant(config);
  Wire& slow = tolerant.join();
  Wire& publisher = tolerant.join();
  says(slow, R"([32,1,{},"com.topic"])");
  slow.holds(1'000'000);
  says(publisher, R"([16,1,{},"com.topic",[")" + much_text() + R"("]])");
  EXPECT_GE(held(slow, holding::events), much);
  slow.holds(0);
  EXPECT_EQ(held(slow, holding::events), 0u);
}

TEST_F(ChargesOfASession, RequestsThatWaitForAnAuthorizerCostIt) {
  AuthorizedWires authorized;
  Wire& user = authorized.user();
  user.receives(R"([48,1,{},"com.asked",[")" + much_text() + R"("]])");
  EXPECT_GE(held(user, holding::requests), much);
  authorized.authorizer().answers("false");
  EXPECT_EQ(held(user, holding::requests), 0u);
}

// ---- the end

TEST_F(ChargesOfASession, AllIsGivenBackWhenItLeaves) {
  const size_t before = SessionHarness().connect().account()->total();
  says(other, R"([64,1,{"concurrency":1},"com.work"])");
  says(client, R"([48,1,{},"com.work"])");
  says(client, R"([48,2,{},"com.work",[")" + much_text() + R"("]])");
  says(client, R"([32,3,{},"com.topic"])");
  says(client, R"([64,4,{},"com.mine"])");
  says(client, R"([48,5,{},"wamp.session.add_testament",["com.gone",[")" + much_text() + R"("],{}]])");
  EXPECT_GE(client.account()->total(), 2 * much);
  EXPECT_THAT(says(client, R"([6,{},"wamp.close.normal"])"), StartsWith("[6,"));
  EXPECT_EQ(client.account()->total(), before);
}

TEST_F(ChargesOfASession, AllIsGivenBackWhenItIsKilled) {
  const size_t before = SessionHarness().connect().account()->total();
  says(client, R"([48,1,{},"wamp.session.add_testament",["com.gone",[")" + much_text() + R"("],{}]])");
  says(other, R"([48,1,{},"wamp.session.kill",[)" + std::to_string(client.session_id()) + "]]");
  EXPECT_EQ(client.account()->total(), before);
}

// ---- before WELCOME

TEST(ChargesBeforeWelcome, AreForWhatTheClientSaysOfItself) {
  config::Config config = SessionHarness::two_realms();
  config::AuthMethod ticket;
  ticket.principals["joe"] = {};
  config.transports.front().auth = {{"ticket", ticket}};
  SessionHarness router(config);
  Wire& client = router.connect();
  const size_t before = held(client, holding::session);
  EXPECT_THAT(
      says(
          client,
          R"([1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"],"authid":"joe","authextra":{"x":")" +
              std::string(20'000, 'x') + R"("}}])"),
      StartsWith("[4,"));
  EXPECT_GE(held(client, holding::session), before + 20'000);
  client.receives(R"([3,{},"wamp.error.canceled"])");
  EXPECT_EQ(held(client, holding::session), before);
}

// ---- the bound of a session

struct ASessionWithLittleRoom : testing::Test {
  static config::Config little_room() {
    config::Config config = SessionHarness::two_realms();
    config.realms.front().limits.kept_bytes_per_session = 20'000;
    return config;
  }
  SessionHarness router{little_room()};
  Wire& client = router.join();
  Wire& other = router.join();
};

constexpr auto full = "bytes are kept, and no more than 20000 may be";

TEST_F(ASessionWithLittleRoom, IsRefusedSubscriptionsThatTakeMore) {
  const std::string topic = "com." + std::string(3000, 'a');
  EXPECT_THAT(says(client, R"([32,1,{},")" + topic + R"("])"), StartsWith("[33,1,"));
  EXPECT_THAT(says(client, R"([32,2,{},")" + topic + R"(b"])"), StartsWith("[33,2,"));
  EXPECT_THAT(says(client, R"([32,3,{},")" + topic + R"(c"])"),
              AllOf(HasSubstr("wamp.error.too_many_requests"), HasSubstr(full)));
  says(client, R"([34,4,1])");
  EXPECT_THAT(says(client, R"([32,5,{},")" + topic + R"(c"])"), StartsWith("[33,5,"));
}

TEST_F(ASessionWithLittleRoom, IsRefusedRegistrationsThatTakeMore) {
  const std::string procedure = "com." + std::string(3000, 'a');
  says(client, R"([64,1,{},")" + procedure + R"("])");
  says(client, R"([64,2,{},")" + procedure + R"(b"])");
  EXPECT_THAT(says(client, R"([64,3,{},")" + procedure + R"(c"])"), HasSubstr(full));
}

TEST_F(ASessionWithLittleRoom, IsRefusedCallsThatWouldBeKept) {
  says(other, R"([64,1,{"concurrency":1},"com.work"])");
  says(client, R"([48,1,{},"com.work"])");
  const std::string call = R"(,{},"com.work",[")" + std::string(12'000, 'x') + R"("]])";
  EXPECT_EQ(says(client, "[48,2" + call), "");
  EXPECT_THAT(says(client, "[48,3" + call), AllOf(StartsWith("[8,48,3,"), HasSubstr(full)));
}

TEST_F(ASessionWithLittleRoom, MayCallWithMoreIfNothingIsKeptOfIt) {
  says(other, R"([64,1,{},"com.work"])");
  says(client, R"([48,1,{},"com.work",[")" + much_text() + R"("]])");
  EXPECT_THAT(other.sent(), StartsWith("[68,1,"));
}

TEST_F(ASessionWithLittleRoom, IsRefusedTestamentsThatTakeMore) {
  EXPECT_THAT(
      says(client, R"([48,1,{},"wamp.session.add_testament",["com.gone",[")" + much_text() + R"("],{}]])"),
      AllOf(StartsWith("[8,48,1,"), HasSubstr(full)));
}

TEST_F(ASessionWithLittleRoom, IsGivenNoDetailsThatTakeMore) {
  EXPECT_THAT(
      says(other, R"([48,1,{},"wamp.session.modify_details",[)" + std::to_string(client.session_id()) +
                      R"(,{"note":")" + std::string(25'000, 'x') + R"("}]])"),
      HasSubstr(full));
}

}  // namespace
}  // namespace router

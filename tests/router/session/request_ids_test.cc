// Request ids of requests that wait for their answer: they are in use, for requests of the same kind.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/authorized_wires.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

std::string in_use(const std::string& type, const std::string& name, const std::string& id) {
  return "[8," + type + "," + id + R"(,{},"wamp.error.invalid_argument",[")" + name + ".Request: " + id +
         " is the id of a request that has not been answered yet\"]]";
}

// ---- that wait for an authorizer

struct WaitingRequest {
  std::string type, name;
  std::string rest;
  std::string allowed;
};

class TheIdOfARequestThatWaitsForAnAuthorizer : public testing::TestWithParam<WaitingRequest> {
 protected:
  static std::string request(const std::string& id) {
    return "[" + GetParam().type + "," + id + "," + GetParam().rest + "]";
  }
  static void answer_call(Wire& callee, const std::string& invocation) {
    if (GetParam().name == "CALL") callee.receives("[70," + invocation + ",{}]");
  }
};

TEST_P(TheIdOfARequestThatWaitsForAnAuthorizer, IsInUseUntilItIsAnswered) {
  AuthorizedWires router;
  Wire& callee = router.backend();
  callee.receives(R"([64,1,{},"com.called"])");
  Wire& user = router.user();
  EXPECT_EQ(says(user, request("7")), "");
  EXPECT_EQ(says(user, request("7")), in_use(GetParam().type, GetParam().name, "7"));
  EXPECT_EQ(router.authorizer().asked().size(), 1u) << "nothing is asked about the second";
  EXPECT_EQ(says(user, request("8")), "") << "the next is not in use";
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  answer_call(callee, "1");
  answer_call(callee, "2");
  EXPECT_THAT(user.sent(),
              MatchesRegex("\\[" + GetParam().allowed + ",7,.*\n\\[" + GetParam().allowed + ",8,.*"));
  user.receives(request("7"));
  answer_call(callee, "3");
  EXPECT_THAT(user.sent(), StartsWith("[" + GetParam().allowed + ",7,"));
}

INSTANTIATE_TEST_SUITE_P(EachKind, TheIdOfARequestThatWaitsForAnAuthorizer,
                         testing::Values(WaitingRequest{"48", "CALL", R"({},"com.called")", "50"},
                                         WaitingRequest{"32", "SUBSCRIBE", R"({},"com.topic")", "33"},
                                         WaitingRequest{"16", "PUBLISH",
                                                        R"({"acknowledge":true},"com.topic")", "17"}),
                         [](const auto& info) { return info.param.name; });

TEST(RequestIdsOfRequestsThatWait, AreInUseForThoseThatAreNotAskedAboutToo) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([64,1,{},"com.a"])");
  user.receives("[66,2,1]");
  EXPECT_EQ(says(user, "[66,2,1]"), in_use("66", "UNREGISTER", "2"));
  user.receives("[34,2,1]");
  EXPECT_EQ(says(user, "[34,2,1]"), in_use("34", "UNSUBSCRIBE", "2"));
  router.authorizer().answers("false");
  EXPECT_THAT(user.sent(), MatchesRegex("\\[8,64,1,.*\n\\[8,66,2,.*\n\\[8,34,2,.*"));
}

TEST(RequestIdsOfRequestsThatWait, AreFreeForRequestsOfAnotherKind) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([48,1,{},"com.a"])");
  user.receives(R"([32,1,{},"com.a"])");
  user.receives(R"([64,1,{},"com.a"])");
  user.receives(R"([16,1,{"acknowledge":true},"com.a"])");
  EXPECT_EQ(user.sent(), "");
  for (int i = 0; i < 4; ++i) router.authorizer().answers("true");
  EXPECT_THAT(user.sent(), MatchesRegex("\\[8,48,1,.*\n\\[33,1,.*\n\\[65,1,.*\n\\[17,1,.*"));
}

TEST(RequestIdsOfRequestsThatWait, AreNotThoseOfPublicationsThatNobodyAnswers) {
  AuthorizedWires router;
  Wire& backend = router.backend();
  backend.receives(R"([32,1,{},"com.t"])");
  backend.sent();
  Wire& user = router.user();
  user.receives(R"([16,1,{},"com.t",["first"]])");
  user.receives(R"([16,1,{},"com.t",["second"]])");
  user.receives(R"([16,1,{"acknowledge":true},"com.t",["third"]])");
  EXPECT_EQ(user.sent(), "");
  router.authorizer().answers("true");
  EXPECT_THAT(backend.sent(), AllOf(HasSubstr("first"), HasSubstr("second")));
}

TEST(RequestIdsOfRequestsThatWait, EndWithTheirSession) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  user.receives(R"([6,{},"wamp.close.normal"])");
  router.authorizer().answers("false");
  user.sent();
  user.receives(R"([1,"realm1",{"roles":{"subscriber":{}}}])");
  EXPECT_THAT(user.sent(), StartsWith("[2,"));
  EXPECT_EQ(says(user, R"([32,1,{},"com.t"])"), "");
}

// ---- for a sign of life

TEST(TheIdOfARegister, IsInUseWhileTheHolderOfTheProcedureIsProbed) {
  SessionHarness router;
  Wire& holder = router.join();
  holder.receives(R"([64,1,{},"com.add"])");
  holder.freezes();
  Wire& other = router.join();
  EXPECT_EQ(says(other, R"([64,5,{},"com.add"])"), "");
  EXPECT_EQ(says(other, R"([64,5,{},"com.sub"])"), in_use("64", "REGISTER", "5"));
  EXPECT_THAT(says(other, R"([32,5,{},"com.t"])"), StartsWith("[33,5,")) << "another kind";
  router.passes(std::chrono::seconds(1));
  EXPECT_THAT(other.sent(), StartsWith("[65,5,"));
  EXPECT_THAT(says(other, R"([64,5,{},"com.sub"])"), StartsWith("[65,5,"));
}

// ---- for the store

// What comes from the store's thread.
std::string when_it_hears(SessionHarness& router, Wire& wire) {
  for (;;) {
    router.passes({});
    if (std::string heard = wire.sent(); !heard.empty()) return heard;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(TheIdOfAPublication, IsInUseUntilItIsStored) {
  const test_support::TemporaryFolder folder;
  config::Config config = SessionHarness::two_realms();
  config.realms.front().store.type = config::Store::Type::sqlite;
  config.realms.front().store.path = folder.file("events.db");
  SessionHarness router(config);
  Wire& publisher = router.join();
  const std::string request = R"([16,3,{"acknowledge":true,"retain":true},"com.t",[1]])";
  publisher.receives_with_more(request);
  publisher.receives_with_more(request);
  std::string heard;
  while (heard.find("[17,") == std::string::npos) heard += when_it_hears(router, publisher);
  EXPECT_THAT(heard, HasSubstr(in_use("16", "PUBLISH", "3")));
  publisher.receives(request);
  EXPECT_THAT(when_it_hears(router, publisher), StartsWith("[17,3,"));
}

}  // namespace
}  // namespace router

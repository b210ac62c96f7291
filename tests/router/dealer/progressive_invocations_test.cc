// "Progressive Call Invocations": a caller sends a call in chunks.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ProgressiveInvocations : public testing::Test {
 protected:
  Peer& callee_of_upload(std::vector<std::string> features = {"progressive_call_invocations",
                                                              "call_canceling", "progressive_call_results"}) {
    Peer& callee = realm.join(std::move(features));
    callee.says(R"([64,1,{},"com.upload"])");
    EXPECT_EQ(callee.hears(), "[65,1,1]");
    return callee;
  }

  RealmHarness realm;
};

TEST_F(ProgressiveInvocations, ChunksGoToTheCalleeUnderOneInvocation) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload",[1]])");
  caller.says(R"([48,1,{"progress":true},"com.upload",[2]])");
  caller.says(R"([48,1,{},"com.upload",[3]])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"progress":true},[1]])"
                            "\n"
                            R"([68,1,1,{"progress":true},[2]])"
                            "\n"
                            "[68,1,1,{},[3]]");
  callee.says("[70,1,{},[6]]");
  EXPECT_EQ(caller.hears(), "[50,1,{},[6]]");
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(ProgressiveInvocations, OtherCallsMayComeBetweenTheChunks) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload",[1]])");
  caller.says(R"([48,2,{},"com.upload",["whole"]])");
  caller.says(R"([48,1,{"progress":false},"com.upload",[2]])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"progress":true},[1]])"
                            "\n"
                            R"([68,2,1,{},["whole"]])"
                            "\n"
                            "[68,1,1,{},[2]]");
}

TEST_F(ProgressiveInvocations, BothWaysAtOnceMakeAStream) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true,"receive_progress":true},"com.upload",[1]])");
  callee.says(R"([70,1,{"progress":true},["one"]])");
  caller.says(R"([48,1,{"progress":true},"com.upload",[2]])");
  callee.says(R"([70,1,{"progress":true},["two"]])");
  caller.says(R"([48,1,{},"com.upload",[3]])");
  callee.says(R"([70,1,{},["end"]])");
  EXPECT_EQ(callee.hears(), R"([68,1,1,{"receive_progress":true,"progress":true},[1]])"
                            "\n"
                            R"([68,1,1,{"receive_progress":true,"progress":true},[2]])"
                            "\n"
                            R"([68,1,1,{"receive_progress":true},[3]])");
  EXPECT_EQ(caller.hears(), R"([50,1,{"progress":true},["one"]])"
                            "\n"
                            R"([50,1,{"progress":true},["two"]])"
                            "\n"
                            R"([50,1,{},["end"]])");
}

TEST_F(ProgressiveInvocations, OptionsAreFrozenWithTheFirstChunk) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true,"disclose_me":true},"com.upload"])");
  const std::string first = callee.hears();
  EXPECT_THAT(first, HasSubstr(R"("caller":1002)"));
  caller.says(
      R"([48,1,{"progress":true,"disclose_me":false,"receive_progress":true,"x_new":1},"com.upload"])");
  EXPECT_EQ(callee.hears(), first);
  Peer& shy = realm.join();
  shy.says(R"([48,1,{"progress":true},"com.upload"])");
  callee.hears();
  shy.says(R"([48,1,{"disclose_me":true},"com.upload"])");
  EXPECT_EQ(callee.hears(), "[68,2,1,{}]");
}

TEST_F(ProgressiveInvocations, OptionsOfALaterChunkAreCheckedAsThoseOfTheFirst) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  callee.hears();
  caller.says_continuation(R"([48,1,{"progress":true,"timeout":"soon"},"com.upload"])");
  EXPECT_TRUE(caller.violation());
  EXPECT_EQ(callee.hears(), "");

  Peer& other = realm.join();
  other.says(R"([48,1,{"progress":true},"com.upload"])");
  callee.hears();
  other.says_continuation(R"([48,1,{"progress":true,"timeout":-1},"com.upload"])");
  EXPECT_FALSE(other.violation());
  EXPECT_THAT(other.hears(),
              StartsWith(R"([8,48,1,{},"wamp.error.invalid_argument",["CALL.Options.timeout)"));
  EXPECT_EQ(callee.hears(), R"([69,2,{"mode":"killnowait"}])");
}

TEST_F(ProgressiveInvocations, LaterChunksGoToTheCalleeOfTheFirst) {
  std::vector<Peer*> callees;
  for (int i = 0; i < 2; ++i) {
    callees.push_back(&realm.join({"progressive_call_invocations", "call_canceling"}));
    callees.back()->says(R"([64,1,{"invoke":"roundrobin"},"com.upload"])");
    callees.back()->hears();
  }
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload",[1]])");
  caller.says(R"([48,1,{"progress":true},"com.upload",[2]])");
  caller.says(R"([48,1,{},"com.upload",[3]])");
  EXPECT_THAT(callees[0]->hears(), HasSubstr("[3]"));
  EXPECT_EQ(callees[1]->hears(), "");
}

TEST_F(ProgressiveInvocations, ACalleeWithoutTheFeatureOrWithoutCancelingGetsNone) {
  for (const std::vector<std::string>& features :
       {std::vector<std::string>{}, {"progressive_call_invocations"}, {"call_canceling"}}) {
    RealmHarness fresh;
    Peer& callee = fresh.join(features);
    callee.says(R"([64,1,{},"com.upload"])");
    callee.hears();
    Peer& caller = fresh.join();
    caller.says(R"([48,1,{"progress":true},"com.upload"])");
    EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.feature_not_supported")"));
    EXPECT_EQ(callee.hears(), "");
    // The caller may have sent more before it heard that.
    caller.says_continuation(R"([48,1,{},"com.upload"])");
    EXPECT_FALSE(caller.violation());
    EXPECT_EQ(fresh.realm().counts().calls, 0u);
  }
}

TEST_F(ProgressiveInvocations, AChunkAfterTheFinalResultIsIgnored) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  callee.says("[70,1,{}]");
  caller.hears();
  callee.hears();
  caller.says_continuation(R"([48,1,{"progress":true},"com.upload"])");
  EXPECT_FALSE(caller.violation());
  EXPECT_EQ(caller.hears(), "");
  EXPECT_EQ(callee.hears(), "");
}

TEST(ProgressiveInvocationsOfARealmWithSequentialIds, AChunkAfterTheLastOneIsAViolation) {
  config::Realm config = RealmHarness::open_realm();
  config.sequential_request_ids = true;
  RealmHarness realm(std::move(config));
  realm.join({"progressive_call_invocations", "call_canceling"}).says(R"([64,1,{},"com.upload"])");
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  caller.says(R"([48,1,{},"com.upload"])");
  EXPECT_FALSE(caller.violation());
  caller.says_continuation(R"([48,1,{},"com.upload"])");
  EXPECT_TRUE(caller.violation());
}

TEST_F(ProgressiveInvocations, ACallUnderTheIdOfOneThatIsNotAnsweredIsRefused) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.upload"])");
  caller.says(R"([48,1,{},"com.upload"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.invalid_argument")"));
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]");
}

TEST_F(ProgressiveInvocations, ACalleeThatLeavesEndsTheCallAndLaterChunksAreIgnored) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  callee.leaves();
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  caller.says_continuation(R"([48,1,{},"com.upload"])");
  EXPECT_FALSE(caller.violation());
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(ProgressiveInvocations, ACallerThatLeavesIsToldToTheCalleeByInterrupt) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  callee.hears();
  caller.leaves();
  EXPECT_EQ(callee.hears(), R"([69,1,{"mode":"killnowait"}])");
  EXPECT_EQ(realm.realm().counts().calls, 0u);
}

TEST_F(ProgressiveInvocations, GoOnAfterTheProcedureWasUnregistered) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload",[1]])");
  callee.says("[66,2,1]");
  callee.hears();
  caller.says(R"([48,1,{},"com.upload",[2]])");
  EXPECT_EQ(callee.hears(), "[68,1,1,{},[2]]");
}

TEST_F(ProgressiveInvocations, ChunksAfterACancelAreNotSentOn) {
  Peer& callee = callee_of_upload();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  caller.says(R"([49,1,{"mode":"kill"}])");
  callee.hears();
  caller.says(R"([48,1,{"progress":true},"com.upload"])");
  EXPECT_FALSE(caller.violation());
  EXPECT_EQ(callee.hears(), "");
}

}  // namespace
}  // namespace router

// Calls to callees of another node: to both sides they are as calls on one node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/link/two_nodes.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class ARemoteCall : public testing::Test {
 protected:
  // com.work has one callee, at the other node.
  explicit ARemoteCall(const std::string& options = "{}") {
    nodes.registers(callee, "com.work", options);
    nodes.a_hears_of("com.work", 1);
  }
  void TearDown() override {
    nodes.settle();
    EXPECT_EQ(nodes.to_a.ignored_frames() + nodes.to_b.ignored_frames(), 0u);
    EXPECT_EQ(nodes.from_a.waited_for.size(), nodes.a.realm().counts().calls);
    EXPECT_EQ(nodes.b.realm().counts().calls, nodes.a.realm().counts().calls);
  }

  TwoNodes nodes;
  Wire& callee = TwoNodes::join(nodes.b);
  Wire& caller = TwoNodes::join(nodes.a);
};

TEST_F(ARemoteCall, GoesToTheCalleeAndItsResultBack) {
  caller.receives(R"([48,1,{},"com.work",[1,"two"],{"three":3}])");
  EXPECT_EQ(nodes.heard(callee), R"([68,1,1,{},[1,"two"],{"three":3}])");
  EXPECT_EQ(nodes.a.realm().counts().calls, 1u);
  callee.receives(R"([70,1,{},[6],{"a":"b"}])");
  EXPECT_EQ(nodes.heard(caller), R"([50,1,{},[6],{"a":"b"}])");
  EXPECT_EQ(nodes.a.realm().counts().calls, 0u);
}

TEST_F(ARemoteCall, WithoutArgumentsHasNone) {
  caller.receives(R"([48,1,{},"com.work"])");
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  callee.receives("[70,1,{}]");
  EXPECT_EQ(nodes.heard(caller), "[50,1,{}]");
}

TEST_F(ARemoteCall, MayBeInAnotherSerializerThanItsCalleeSpeaks) {
  for (const auto format : serializers::all_formats) {
    Wire& other = nodes.a.join(format);
    other.receives(R"([48,1,{},"com.work",[1.5,"é"]])");
    EXPECT_THAT(nodes.heard(callee), HasSubstr(R"(,1,{},[1.5,"é"]])"));
    callee.receives("[70," + std::to_string(static_cast<int>(format) + 1) + R"(,{},["ü"]])");
    EXPECT_EQ(nodes.heard(other), R"([50,1,{},["ü"]])");
  }
}

TEST_F(ARemoteCall, EndsWithTheCalleesErrorAsItIs) {
  caller.receives(R"([48,1,{},"com.work"])");
  nodes.settle();
  callee.receives(R"([8,68,1,{"why":"so"},"com.error",[1],{"a":2}])");
  EXPECT_EQ(nodes.heard(caller), R"([8,48,1,{"why":"so"},"com.error",[1],{"a":2}])");
  // One that a callee may have from elsewhere is not the router's.
  caller.receives(R"([48,2,{},"com.work"])");
  nodes.settle();
  callee.receives(R"([8,68,2,{},"wamp.error.no_such_procedure",["mine"]])");
  EXPECT_EQ(nodes.heard(caller), R"([8,48,2,{},"wamp.error.no_such_procedure",["mine"]])");
}

TEST_F(ARemoteCall, BringsProgressiveResults) {
  caller.receives(R"([48,1,{"receive_progress":true},"com.work"])");
  EXPECT_EQ(nodes.heard(callee), R"([68,1,1,{"receive_progress":true}])");
  callee.receives(R"([70,1,{"progress":true},[1]])");
  callee.receives(R"([70,1,{"progress":true},[2]])");
  EXPECT_EQ(nodes.heard(caller), R"([50,1,{"progress":true},[1]])"
                                 "\n"
                                 R"([50,1,{"progress":true},[2]])");
  callee.receives("[70,1,{},[3]]");
  EXPECT_EQ(nodes.heard(caller), "[50,1,{},[3]]");
}

TEST_F(ARemoteCall, MayComeInChunks) {
  caller.receives(R"([48,1,{"progress":true,"receive_progress":true},"com.work",[1]])");
  caller.receives(R"([48,1,{"progress":true},"com.work",[2]])");
  EXPECT_EQ(nodes.heard(callee), R"([68,1,1,{"receive_progress":true,"progress":true},[1]])"
                                 "\n"
                                 R"([68,1,1,{"receive_progress":true,"progress":true},[2]])");
  callee.receives(R"([70,1,{"progress":true},["one"]])");
  caller.receives(R"([48,1,{},"com.work",[3]])");
  EXPECT_EQ(nodes.heard(callee), R"([68,1,1,{"receive_progress":true},[3]])");
  callee.receives(R"([70,1,{},["end"]])");
  EXPECT_EQ(nodes.heard(caller), R"([50,1,{"progress":true},["one"]])"
                                 "\n"
                                 R"([50,1,{},["end"]])");
}

TEST_F(ARemoteCall, OfWhichAChunkComesLateIsNotBegunAnew) {
  caller.receives(R"([48,1,{"progress":true},"com.work",[1]])");
  nodes.settle();
  callee.receives("[70,1,{}]");
  nodes.b.worker().end_turn();
  caller.receives(R"([48,1,{},"com.work",[2]])");
  EXPECT_EQ(nodes.heard(caller), "[50,1,{}]");
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{\"progress\":true},[1]]");
}

TEST_F(ARemoteCall, ThatIsSkippedEndsForBothAndLeavesTheCalleeAlone) {
  caller.receives(R"([48,1,{},"com.work"])");
  nodes.heard(callee);
  caller.receives(R"([49,1,{"mode":"skip"}])");
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_EQ(nodes.heard(callee), "");
  EXPECT_EQ(nodes.b.realm().counts().calls, 0u);
  callee.receives("[70,1,{}]");
  EXPECT_EQ(nodes.heard(caller), "");
}

TEST_F(ARemoteCall, ThatIsKilledWaitsForTheCallee) {
  caller.receives(R"([48,1,{},"com.work"])");
  nodes.heard(callee);
  caller.receives(R"([49,1,{"mode":"kill"}])");
  EXPECT_EQ(nodes.heard(callee), R"([69,1,{"mode":"kill"}])");
  EXPECT_EQ(nodes.heard(caller), "");
  callee.receives(R"([8,68,1,{},"com.stopped"])");
  EXPECT_EQ(nodes.heard(caller), R"([8,48,1,{},"com.stopped"])");
}

TEST_F(ARemoteCall, ThatIsKilledWithoutWaitInterruptsTheCallee) {
  caller.receives(R"([48,1,{},"com.work"])");
  nodes.heard(callee);
  caller.receives(R"([49,1,{"mode":"killnowait"}])");
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_EQ(nodes.heard(callee), R"([69,1,{"mode":"killnowait"}])");
}

TEST_F(ARemoteCall, ThatIsKilledEndsAtOnceIfTheCalleeCannotBeCanceled) {
  Wire& simple = nodes.b.join();
  nodes.registers(simple, "com.simple");
  nodes.a_hears_of("com.simple", 1);
  caller.receives(R"([48,1,{},"com.simple"])");
  nodes.heard(simple);
  caller.receives(R"([49,1,{"mode":"kill"}])");
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_EQ(nodes.heard(simple), "");
}

TEST_F(ARemoteCall, EndsWithItsTimeout) {
  caller.receives(R"([48,1,{"timeout":100},"com.work"])");
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  nodes.passes(milliseconds(99));
  EXPECT_EQ(nodes.heard(caller), "");
  nodes.passes(milliseconds(2));
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.timeout")"));
  EXPECT_EQ(nodes.heard(callee), R"([69,1,{"mode":"killnowait"}])");
}

TEST_F(ARemoteCall, LeavesTheTimeToACalleeThatWantsToLookAfterIt) {
  Wire& punctual = TwoNodes::join(nodes.b);
  nodes.registers(punctual, "com.punctual", R"({"forward_timeout":true})");
  nodes.a_hears_of("com.punctual", 1);
  caller.receives(R"([48,1,{"timeout":100},"com.punctual"])");
  EXPECT_THAT(nodes.heard(punctual), HasSubstr(R"({"timeout":100})"));
  nodes.passes(milliseconds(200));
  EXPECT_EQ(nodes.heard(caller), "");
  punctual.receives("[70,1,{}]");
  EXPECT_EQ(nodes.heard(caller), "[50,1,{}]");
}

TEST_F(ARemoteCall, CarriesPayloadsInPassthruMode) {
  caller.receives(R"([48,1,{"ppt_scheme":"x_a","ppt_serializer":"cbor"},"com.work",["secret"]])");
  EXPECT_EQ(nodes.heard(callee), R"([68,1,1,{"ppt_scheme":"x_a","ppt_serializer":"cbor"},["secret"]])");
  callee.receives(R"([70,1,{"ppt_scheme":"x_b"},["answer"]])");
  EXPECT_EQ(nodes.heard(caller), R"([50,1,{"ppt_scheme":"x_b"},["answer"]])");
}

TEST_F(ARemoteCall, IsNotAnsweredInPassthruModeIfItsCallerDoesNotKnowIt) {
  Wire& simple = nodes.a.join();
  simple.receives(R"([48,1,{},"com.work"])");
  nodes.heard(callee);
  callee.receives(R"([70,1,{"ppt_scheme":"x_b"},["answer"]])");
  EXPECT_THAT(nodes.heard(callee), HasSubstr(R"([8,68,1,{},"wamp.error.feature_not_supported")"));
  EXPECT_THAT(nodes.heard(simple), HasSubstr(R"([8,48,1,{},"wamp.error.feature_not_supported")"));
}

TEST_F(ARemoteCall, ThatItsCalleeLacksAFeatureForIsRefused) {
  Wire& simple = nodes.b.join();
  nodes.registers(simple, "com.simple");
  nodes.a_hears_of("com.simple", 1);
  caller.receives(R"([48,1,{"progress":true},"com.simple",[1]])");
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.feature_not_supported")"));
  caller.receives(R"([48,2,{"ppt_scheme":"x_a"},"com.simple",[1]])");
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,2,{},"wamp.error.feature_not_supported")"));
  EXPECT_EQ(nodes.heard(simple), "");
}

TEST_F(ARemoteCall, TellsItsCallerOnlyIfEitherSideWantsThat) {
  caller.receives(R"([48,1,{},"com.work"])");
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  caller.receives(R"([48,2,{"disclose_me":true},"com.work"])");
  EXPECT_THAT(nodes.heard(callee), HasSubstr(R"({"caller":)"));
  Wire& curious = TwoNodes::join(nodes.b);
  nodes.registers(curious, "com.curious", R"({"disclose_caller":true})");
  nodes.a_hears_of("com.curious", 1);
  caller.receives(R"([48,3,{},"com.curious"])");
  const std::string told = nodes.heard(curious);
  EXPECT_THAT(told, HasSubstr(R"("caller_authrole":"anonymous"})"));
  EXPECT_THAT(told, HasSubstr(R"("caller_authid":")"));
  for (const char* request : {"1", "2"}) callee.receives("[70," + std::string(request) + ",{}]");
  curious.receives("[70,1,{}]");
}

TEST_F(ARemoteCall, WhoseCallerLeavesInterruptsTheCallee) {
  caller.receives(R"([48,1,{},"com.work"])");
  nodes.heard(callee);
  caller.breaks();
  EXPECT_EQ(nodes.heard(callee), R"([69,1,{"mode":"killnowait"}])");
  EXPECT_EQ(nodes.a.realm().counts().calls, 0u);
}

TEST_F(ARemoteCall, WhoseCalleeLeavesEnds) {
  caller.receives(R"([48,1,{},"com.work"])");
  nodes.heard(callee);
  callee.breaks();
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.canceled",["the callee left)"));
}

TEST_F(ARemoteCall, ToAProcedureThatHasJustGoneIsRefused) {
  callee.receives("[66,2,1]");
  nodes.settle();
  caller.receives(R"([48,1,{},"com.work"])");
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.no_such_procedure")"));
  nodes.a_hears_of("com.work", 0);
  caller.receives(R"([48,2,{},"com.work"])");
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,2,{},"wamp.error.no_such_procedure")"));
}

TEST_F(ARemoteCall, WaitsAtTheCalleesNodeForItToBeFree) {
  Wire& busy = TwoNodes::join(nodes.b);
  nodes.registers(busy, "com.busy", R"({"concurrency":1})");
  nodes.a_hears_of("com.busy", 1);
  for (int request = 1; request <= 3; ++request)
    caller.receives("[48," + std::to_string(request) + R"(,{},"com.busy",[)" + std::to_string(request) +
                    "]]");
  EXPECT_THAT(nodes.heard(busy), testing::EndsWith("[1]]"));
  busy.receives("[70,1,{}]");
  EXPECT_THAT(nodes.heard(busy), testing::EndsWith("[2]]"));
  busy.receives("[70,2,{}]");
  EXPECT_THAT(nodes.heard(busy), testing::EndsWith("[3]]"));
  busy.receives("[70,3,{}]");
  EXPECT_EQ(nodes.heard(caller), "[50,1,{}]\n[50,2,{}]\n[50,3,{}]");
}

TEST_F(ARemoteCall, OfWhichTooMuchIsNotTakenEnds) {
  caller.receives(R"([48,1,{"receive_progress":true},"com.work"])");
  nodes.heard(callee);
  caller.stops_reading();
  const std::string much(100'000, 'x');
  for (int part = 0; part < 400; ++part) {
    callee.receives(R"([70,1,{"progress":true},[")" + much + R"("]])");
    nodes.settle();
  }
  EXPECT_THAT(callee.sent(), HasSubstr(R"([69,1,{"mode":"killnowait"}])"));
  EXPECT_FALSE(callee.paused());
}

}  // namespace
}  // namespace router

// A link: what it takes, what it ignores, and what becomes of calls when it is lost.
#include "router/link/link.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/link/frame.h"
#include "tests/router/link/two_nodes.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Policy = dealer::InvocationPolicy;
using Match = wamp::MatchPolicy;
using Heard = link::Link::Heard;

class ALink : public testing::Test {
 protected:
  ALink() {
    nodes.registers(callee, "com.work");
    nodes.a_hears_of("com.work", 1);
  }
  // The first node has stopped to serve the realm, and begins again.
  void serves_anew() {
    nodes.to_b.stop_serving("realm1");
    nodes.to_b.serve(nodes.a.realm().shared_from_this());
    nodes.a_hears_of("com.work", 1);
  }

  TwoNodes nodes;
  Wire& callee = TwoNodes::join(nodes.b);
  Wire& caller = TwoNodes::join(nodes.a);
};

TEST_F(ALink, ThatIsLostEndsTheCallsOnItAndNamesTheNode) {
  caller.receives(call(1));
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  caller.receives(call(2));  // which is on its way
  nodes.to_b.lose();
  nodes.from_a.frames.clear();
  EXPECT_THAT(nodes.heard(caller), testing::MatchesRegex(R"(\[8,48,1,.*network_failure",\["node .*b.*\].*
\[8,48,2,.*network_failure",\["node .*b.*\].*)"));
  caller.receives(call(3));
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,3,{},"wamp.error.no_such_procedure")"));
  EXPECT_EQ(nodes.a.realm().counts().calls, 0u);
  nodes.to_a.lose();
  EXPECT_EQ(nodes.heard(callee), R"([69,1,{"mode":"killnowait"}])");
  callee.receives("[70,1,{}]");
  nodes.settle();
  EXPECT_EQ(nodes.b.realm().counts().calls, 0u);
  EXPECT_FALSE(nodes.to_b.on_frame("anything"));
  EXPECT_EQ(nodes.to_b.set_callees("realm1", "com.work", Match::exact, Policy::single, 1), Heard::no_realm);
}

TEST_F(ALink, ThatIsLostWithACallOnItsWayToItEndsThatToo) {
  caller.receives_with_more(call(1));
  nodes.to_b.lose();
  EXPECT_THAT(nodes.heard(caller), HasSubstr("wamp.error.network_failure"));
  EXPECT_TRUE(nodes.from_a.frames.empty());
}

TEST_F(ALink, ThatHasLostOneAnswerEndsThatCallOnly) {
  caller.receives(call(1));
  nodes.settle();
  const link::CallNumber first = *nodes.from_a.waited_for.begin();
  caller.receives(call(2));
  nodes.settle();
  nodes.to_b.fail_call(first);
  EXPECT_THAT(nodes.heard(caller), testing::MatchesRegex(R"(\[8,48,1,.*network_failure.*)"));
  callee.receives(yield(1));
  callee.receives(yield(2));
  EXPECT_EQ(nodes.heard(caller), "[50,2,{}]");
  nodes.to_b.fail_call(first);
  nodes.to_b.fail_call(UINT64_MAX);
  EXPECT_EQ(nodes.heard(caller), "");
}

TEST_F(ALink, IgnoresWhatComesTwice) {
  caller.receives(call(1));
  nodes.from_a.frames.push_back(nodes.from_a.frames.front());
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  EXPECT_EQ(nodes.to_a.ignored_frames(), 1u);
  callee.receives(yield(1));
  nodes.from_b.frames.push_back(nodes.from_b.frames.front());
  EXPECT_EQ(nodes.heard(caller), "[50,1,{}]");
}

TEST_F(ALink, IgnoresWhatIsCutOrChanged) {
  caller.receives(R"([48,1,{"disclose_me":true,"timeout":1000},"com.work",[1]])");
  const std::string whole = nodes.from_a.frames.front();
  nodes.from_a.frames.clear();
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(nodes.to_a.on_frame(whole.substr(0, size)));
  EXPECT_EQ(nodes.to_a.ignored_frames(), whole.size());
  for (size_t at = 0; at < whole.size(); ++at)
    for (const unsigned change : {1U, 0x80U, 0xFFU}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ change);
      nodes.to_a.on_frame(changed);
      nodes.to_b.on_frame(changed);
    }
  nodes.settle();
  Wire& other = TwoNodes::join(nodes.b);
  nodes.registers(other, "com.other");
}

TEST_F(ALink, IgnoresAnswersToWhatWasNotAskedAndMessagesThatAreNotForIt) {
  using link::FrameKind;
  const wamp::RequestId never(wamp::max_id);
  const auto comes = [&](FrameKind kind, const wamp::Message& message) {
    return nodes.to_b.on_frame(link::encode(kind, "realm1", message, {}));
  };
  EXPECT_FALSE(comes(FrameKind::message, wamp::CallResult{never, {}, {}}));
  EXPECT_FALSE(comes(FrameKind::not_taken, wamp::Error{wamp::Call::type, never, {}, "com.error", {}}));
  EXPECT_FALSE(comes(FrameKind::message, wamp::Error{wamp::Publish::type, never, {}, "com.error", {}}));
  EXPECT_FALSE(comes(FrameKind::message, wamp::Cancel{never, {}}));
  EXPECT_FALSE(comes(FrameKind::message, wamp::Yield{never, {}, {}}));
  EXPECT_EQ(nodes.to_b.ignored_frames(), 5u);
}

TEST_F(ALink, AnswersACallThatItCannotReadAndOneForARealmThatIsNotHere) {
  wamp::Call message;
  message.request = wamp::RequestId(1);
  message.procedure = "com.work";
  EXPECT_FALSE(nodes.to_a.on_frame(link::encode(link::FrameKind::message, "realm1", message, {})));
  EXPECT_FALSE(nodes.to_a.on_frame(link::encode(link::FrameKind::message, "realm9", message, {})));
  ASSERT_EQ(nodes.from_b.frames.size(), 2u);
  serializers::Scratch scratch;
  const auto first = link::decode(nodes.from_b.frames[0], scratch);
  EXPECT_EQ(std::get<wamp::Error>(first->message).error, wamp::error_uri::invalid_argument);
  const auto second = link::decode(nodes.from_b.frames[1], scratch);
  EXPECT_EQ(second->kind, link::FrameKind::not_taken);
  EXPECT_EQ(second->realm, "realm9");
}

TEST_F(ALink, ServesARealmForAsLongAsItIsSaid) {
  caller.receives(call(1));
  nodes.settle();
  nodes.to_b.stop_serving("realm1");
  EXPECT_THAT(nodes.heard(caller), HasSubstr("wamp.error.network_failure"));
  EXPECT_EQ(nodes.a_hears_of("com.work", 1), Heard::no_realm);
  nodes.to_b.serve(nodes.a.realm().shared_from_this());
  EXPECT_EQ(nodes.a_hears_of("com.work", 1), Heard::done);
}

TEST_F(ALink, ThatServesARealmAnewIsStillHeard) {
  for (int request = 1; request <= 2; ++request) {
    caller.receives(call(request));
    nodes.settle();
    callee.receives(yield(request));
  }
  EXPECT_EQ(nodes.heard(caller), "[50,1,{}]\n[50,2,{}]");
  callee.sent();
  serves_anew();
  caller.receives(call(3));
  EXPECT_EQ(nodes.heard(callee), "[68,3,1,{}]");
  callee.receives(yield(3));
  EXPECT_EQ(nodes.heard(caller), "[50,3,{}]");
  EXPECT_TRUE(nodes.from_a.waited_for.empty());
}

TEST_F(ALink, GivesNoCallTheAnswerToOneBeforeItServedTheRealmAnew) {
  caller.receives(call(1));
  nodes.settle();
  serves_anew();
  EXPECT_THAT(nodes.heard(caller), HasSubstr("wamp.error.network_failure"));
  caller.receives(call(2));
  nodes.settle();
  callee.receives(R"([70,1,{},["old"]])");
  EXPECT_EQ(nodes.heard(caller), "");
  callee.receives(R"([70,2,{},["new"]])");
  EXPECT_EQ(nodes.heard(caller), R"([50,2,{},["new"]])");
}

TEST_F(ALink, ServesNoMoreRealmsThanItHasNumbersFor) {
  for (int place = 2; place <= link::LinkedRealm::most_places; ++place) {
    nodes.to_b.stop_serving("realm1");
    ASSERT_TRUE(nodes.to_b.serve(nodes.a.realm().shared_from_this()));
    nodes.a.worker().end_turn();
  }
  nodes.a_hears_of("com.work", 1);
  caller.receives(call(1));
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
  nodes.to_b.stop_serving("realm1");
  EXPECT_FALSE(nodes.to_b.serve(nodes.a.realm().shared_from_this()));
  EXPECT_EQ(nodes.a_hears_of("com.work", 1), Heard::no_realm);
}

TEST_F(ALink, EndsACallWhoseAnswerIsWrong) {
  const auto answers = [&](wamp::Message&& answer) {
    return nodes.to_b.on_frame(link::encode(link::FrameKind::message, "realm1", answer, {}));
  };
  const wamp::Dict wrong{{"ppt_scheme", 5}};
  caller.receives(call(1));
  nodes.settle();
  EXPECT_FALSE(answers(wamp::CallResult{wamp::RequestId(*nodes.from_a.waited_for.begin()), wrong, {}}));
  EXPECT_THAT(nodes.heard(caller), StartsWith(R"([8,48,1,{},"wamp.error.network_failure")"));
  EXPECT_TRUE(nodes.from_a.waited_for.empty());
  caller.receives(call(2));
  nodes.settle();
  EXPECT_FALSE(answers(wamp::Error{
      wamp::Call::type, wamp::RequestId(*nodes.from_a.waited_for.begin()), wrong, "com.error", {}}));
  EXPECT_THAT(nodes.heard(caller), StartsWith(R"([8,48,2,{},"wamp.error.network_failure")"));
  EXPECT_TRUE(nodes.from_a.waited_for.empty());
  EXPECT_EQ(nodes.a.realm().counts().calls, 0u);
}

TEST_F(ALink, TakesAResultThatIsNoProgressForTheLast) {
  caller.receives(call(1));
  nodes.settle();
  const wamp::RequestId request(*nodes.from_a.waited_for.begin());
  EXPECT_TRUE(nodes.to_b.on_frame(link::encode(link::FrameKind::message, "realm1",
                                               wamp::CallResult{request, {{"progress", false}}, {}}, {})));
  EXPECT_EQ(nodes.heard(caller), "[50,1,{}]");
  EXPECT_TRUE(nodes.from_a.waited_for.empty());
}

TEST_F(ALink, IsNotSilencedByACallWithAGreatNumber) {
  caller.receives(call(1));
  ASSERT_EQ(nodes.from_a.frames.size(), 1u);
  serializers::Scratch scratch;
  const auto frame = link::decode(nodes.from_a.frames.front(), scratch);
  auto great = std::get<wamp::Call>(frame->message);
  great.request = wamp::RequestId(wamp::max_id);
  EXPECT_FALSE(nodes.to_a.on_frame(link::encode(link::FrameKind::message, "realm1", great, {})));
  wamp::Call unreadable;
  unreadable.request = wamp::RequestId(wamp::max_id - 1);
  unreadable.procedure = "com.work";
  EXPECT_FALSE(nodes.to_a.on_frame(link::encode(link::FrameKind::message, "realm1", unreadable, {})));
  EXPECT_EQ(nodes.from_b.frames.size(), 2u) << "both are answered";
  EXPECT_EQ(nodes.heard(callee), "[68,1,1,{}]");
}

TEST_F(ALink, SendsNoCallBackOrOn) {
  // Each node has heard that the other one has it, and neither has it.
  nodes.a_hears_of("com.nowhere", 1);
  nodes.b_hears_of("com.nowhere", 1);
  caller.receives(call(1, "com.nowhere"));
  EXPECT_THAT(nodes.heard(caller), HasSubstr(R"([8,48,1,{},"wamp.error.no_such_procedure")"));
}

}  // namespace
}  // namespace router

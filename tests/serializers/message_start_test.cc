// Requests of which only the beginning is there.
#include "serializers/message_start.h"

#include <gtest/gtest.h>

namespace serializers {
namespace {

std::optional<MessageStart> start_of(const std::string& beginning, Format format = Format::json) {
  Scratch scratch;
  return decode_start(format, beginning, scratch);
}

TEST(TheStartOfAMessage, TellsItsRequestInEveryFormat) {
  const std::string argument(100, 'x');
  const wamp::Message call = wamp::Call{wamp::RequestId(4711), {{"timeout", 5}}, "com.myapp.add", {}};
  for (const Format format : all_formats) {
    const std::string whole = encode(format, call);
    const auto start = start_of(whole, format);
    ASSERT_TRUE(start) << name(format);
    EXPECT_EQ(start->type, wamp::MessageType::call);
    EXPECT_EQ(start->request, wamp::RequestId(4711));
    EXPECT_EQ(start->acknowledge, false);
  }
}

TEST(TheStartOfAMessage, TellsWhatAnErrorAnswers) {
  const auto start = start_of(R"([8, 68, 17, {}, "com.myapp.error", ["xxx)");
  ASSERT_TRUE(start);
  EXPECT_EQ(start->type, wamp::MessageType::error);
  EXPECT_EQ(start->request_type, wamp::MessageType::invocation);
  EXPECT_EQ(start->request, wamp::RequestId(17));
}

TEST(TheStartOfAMessage, MayEndInTheOptions) {
  const auto start = start_of(R"([16, 3, {"acknowledge": true, "x": ")");
  ASSERT_TRUE(start);
  EXPECT_EQ(start->request, wamp::RequestId(3));
  EXPECT_FALSE(start->acknowledge);
}

TEST(TheStartOfAMessage, IsNothingIfTheRequestIdMayGoOn) {
  EXPECT_FALSE(start_of("[48,12"));
  EXPECT_FALSE(start_of("[48,12 "));
  EXPECT_TRUE(start_of("[48,12,"));
}

// Whatever is cut off: nothing, or the same.
TEST(TheStartOfAMessage, NeverTellsAnotherRequest) {
  const wamp::Message publish = wamp::Publish{wamp::RequestId(70000), {{"acknowledge", true}}, "a.b", {}};
  for (const Format format : all_formats) {
    const std::string whole = encode(format, publish);
    for (size_t size = 0; size <= whole.size(); ++size) {
      const auto start = start_of(whole.substr(0, size), format);
      if (!start) continue;
      EXPECT_EQ(start->type, wamp::MessageType::publish);
      EXPECT_EQ(start->request, wamp::RequestId(70000)) << name(format) << " " << size;
      EXPECT_TRUE(start->acknowledge.value_or(true));
    }
  }
}

TEST(TheStartOfAMessage, IsNothingForRubbish) {
  for (const std::string rubbish :
       {"", "x", "[", "{}", "[]", "[\"a\",1,{}", "[48,0,{}", "[48,-1,{}", "[48,1.5,{}", "[300,1,{}", "[8,68]",
        "[48,9007199254740993,{}", "[1,\"realm1\",{}", "\x90", "\xFF\xFF"})
    for (const Format format : all_formats) EXPECT_FALSE(start_of(rubbish, format)) << rubbish;
}

TEST(TheStartOfAMessage, TellsWhetherACallHasMoreChunksAndThatNullAsksForNothing) {
  EXPECT_EQ(start_of(R"([48,5,{"progress":true},"com.upload")")->progress, true);
  EXPECT_EQ(start_of(R"([48,5,{"a":{"progress":true}},"com.upload")")->progress, false);
  EXPECT_EQ(start_of(R"([48,5,{"progress":tr)")->progress, std::nullopt);
  EXPECT_EQ(start_of(R"([16,5,null,"com.topic")")->acknowledge, false);
}

TEST(TheStartOfAMessage, DoesNotTellWhatOptionsAskForThatAreVeryLong) {
  wamp::List many(100'000, 1'000'000'000);
  const wamp::Message publish =
      wamp::Publish{wamp::RequestId(7), {{"acknowledge", true}, {"exclude", std::move(many)}}, "a.b", {}};
  for (const Format format : all_formats) {
    const auto start = start_of(encode(format, publish), format);
    ASSERT_TRUE(start) << name(format);
    EXPECT_EQ(start->request, wamp::RequestId(7));
    EXPECT_EQ(start->acknowledge, std::nullopt);
  }
}

}  // namespace
}  // namespace serializers

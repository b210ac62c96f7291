// Requests of which only the beginning is there.
#include "serializers/serializer.h"

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
  EXPECT_EQ(start->acknowledge, true);
  EXPECT_EQ(start->progress, std::nullopt);
  EXPECT_EQ(start_of(R"([16, 3, {"x": 1, "acknowledge": tru)")->acknowledge, std::nullopt);
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

// Ids that are 300 KB or more in every format.
wamp::List many_ids() {
  return wamp::List(100'000, 1'000'000'000);
}

TEST(TheStartOfAMessage, TellsWhatVeryLongOptionsAskForBeforeTheirLongPart) {
  const wamp::Message publish =
      wamp::Publish{wamp::RequestId(7),
                    {{"x", wamp::Dict{{"progress", true}}}, {"acknowledge", true}, {"exclude", many_ids()}},
                    "a.b",
                    {}};
  const wamp::Message call =
      wamp::Call{wamp::RequestId(8), {{"progress", true}, {"acknowledge", 1}, {"x", many_ids()}}, "a.b", {}};
  for (const Format format : all_formats) {
    const auto of_publish = start_of(encode(format, publish), format);
    ASSERT_TRUE(of_publish) << name(format);
    EXPECT_EQ(of_publish->request, wamp::RequestId(7));
    EXPECT_EQ(of_publish->acknowledge, true) << name(format);
    EXPECT_EQ(of_publish->progress, std::nullopt) << name(format);
    const auto of_call = start_of(encode(format, call), format);
    ASSERT_TRUE(of_call) << name(format);
    EXPECT_EQ(of_call->progress, true) << name(format);
    EXPECT_EQ(of_call->acknowledge, false) << name(format);
  }
}

TEST(TheStartOfAMessage, DoesNotTellWhatOptionsAskForBehindTheirLongPart) {
  const wamp::Message publish =
      wamp::Publish{wamp::RequestId(7), {{"exclude", many_ids()}, {"acknowledge", true}}, "a.b", {}};
  for (const Format format : all_formats) {
    const auto start = start_of(encode(format, publish), format);
    ASSERT_TRUE(start) << name(format);
    EXPECT_EQ(start->request, wamp::RequestId(7));
    EXPECT_EQ(start->acknowledge, std::nullopt);
  }
}

TEST(TheStartOfAMessage, TellsWhatStandsInOptionsBeforeWhatIsNotValid) {
  EXPECT_EQ(start_of(R"([16,5,{"acknowledge":true,"x":NaN},"a.b"])")->acknowledge, true);
  EXPECT_EQ(start_of(R"([16,5,{"x":NaN,"acknowledge":true},"a.b"])")->acknowledge, std::nullopt);
  EXPECT_EQ(start_of(R"([16,5,{"\u0061cknowledge" : true , "x":"\ud83d"},"a.b"])")->acknowledge, true);
  EXPECT_EQ(start_of(R"([16,5,{"x":1],"a.b"])")->acknowledge, std::nullopt);
  EXPECT_EQ(start_of(R"([16,5,["acknowledge",true],"a.b"])")->acknowledge, std::nullopt);
}

TEST(TheStartOfAMessage, KnowsEveryWayToWriteOptions) {
  const std::string key = "acknowledge";
  EXPECT_EQ(
      start_of("\x93\x10\x05\xDE" + std::string(1, '\0') + "\x01\xD9\x0B" + key + "\xC3", Format::msgpack)
          ->acknowledge,
      true);
  EXPECT_EQ(start_of("\x93\x10\x05\x81\x01\xC3", Format::msgpack)->acknowledge, std::nullopt);
  // A value with a tag; a dictionary that ends with a break, and a key in two parts.
  EXPECT_EQ(start_of("\x83\x10\x05\xA1\x6B" + key + "\xD9\x01\x02\xF5", Format::cbor)->acknowledge, true);
  EXPECT_EQ(start_of("\x83\x10\x05\xBF\x7F\x65"
                     "ackno\x66"
                     "wledge\xFF\xF5\xFF",
                     Format::cbor)
                ->acknowledge,
            true);
  EXPECT_EQ(start_of("\x83\x10\x05\xBF\x61x\x02\xFF", Format::cbor)->acknowledge, false);
  EXPECT_EQ(start_of("\x83\x10\x05\xBF\x61x\x02", Format::cbor)->acknowledge, std::nullopt);
}

}  // namespace
}  // namespace serializers

// Half characters in JSON, "\ud83d" of a text that was cut in the middle of an emoji.
#include "serializers/json/lone_surrogates.h"

#include <gtest/gtest.h>

#include "serializers/serializer.h"
#include "tests/serializers/differential.h"

namespace serializers {
namespace {

std::string replaced(const std::string& json) {
  return without_lone_surrogates(json).value_or("none");
}

TEST(LoneSurrogates, BecomeReplacementCharacters) {
  EXPECT_EQ(replaced(R"("\ud83d")"), R"("\ufffd")");
  EXPECT_EQ(replaced(R"("\uDE00 and \uD83D")"), R"("\ufffd and \ufffd")");
  EXPECT_EQ(replaced(R"("\ud83d\n\ud83d\ud83d\ude00\ude00")"), R"("\ufffd\n\ufffd\ud83d\ude00\ufffd")");
  EXPECT_EQ(replaced(R"("\ud83d\u0041")"), R"("\ufffd\u0041")");
  EXPECT_EQ(replaced(R"("\ud83d\u")"), R"("\ufffd\u")");
}

TEST(LoneSurrogates, AreNeitherPairsNorOtherEscapes) {
  for (const char* json : {R"("")", R"("\ud83d\ude00")", R"("\\ud83d")", R"("\\\\ud83d\ud7ff\ue000")", "\"\\",
                           R"("\u)", R"("\ud83)"})
    EXPECT_EQ(replaced(json), "none") << json;
}

TEST(ALoneSurrogate, IsAReplacementCharacterForReceiversOfEverySerializer) {
  Scratch scratch;
  const auto decoded =
      decode(Format::json, R"([16,1,{},"a.b",["cut \ud83d"],{"\ude00":"\ud83d\ude00"}])", scratch);
  ASSERT_TRUE(decoded) << decoded.error().message;
  const wamp::Payload payload = std::get<wamp::Publish>(*decoded).payload;
  EXPECT_EQ(payload.bytes, R"(["cut \ufffd"],{"\ufffd":"\ud83d\ude00"})");
  for (const Format format : all_formats) {
    const std::string bytes =
        format == Format::json ? std::string(payload.bytes) : transcoded(Format::json, format, payload);
    EXPECT_EQ(decode_arguments(format, {bytes, payload.count}).args, wamp::List{"cut \xEF\xBF\xBD"});
    EXPECT_EQ(decode_arguments(format, {bytes, payload.count}).kwargs,
              (wamp::Dict{{"\xEF\xBF\xBD", "\xF0\x9F\x98\x80"}}));
  }
}

TEST(ALoneSurrogate, IsOneInUrisAndOptionsToo) {
  Scratch scratch;
  const auto decoded = decode(Format::json, R"([48,1,{"rkey":"\ud83d","\ude00":1},"a.\udfff",[]])", scratch);
  ASSERT_TRUE(decoded) << decoded.error().message;
  const auto& call = std::get<wamp::Call>(*decoded);
  EXPECT_EQ(call.options, (wamp::Dict{{"rkey", "\xEF\xBF\xBD"}, {"\xEF\xBF\xBD", 1}}));
  EXPECT_EQ(call.procedure, "a.\xEF\xBF\xBD");
  const auto start = decode_start(Format::json, R"([16,7,{"rkey":"\ud83d","acknowledge":true},"a")", scratch);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->acknowledge, true);
}

TEST(ALoneSurrogate, IsNoExcuseForWhatIsNoJson) {
  Scratch scratch;
  for (const char* text : {R"([16,1,{},"a.b",["\ud83d])", R"([16,1,{},"a.b",["\ud83d"]]])",
                           R"([16,1,{},"a.b",[\ud83d]])", R"([16,1,{},"a.b",["\ud83d\u"]])"})
    EXPECT_FALSE(decode(Format::json, text, scratch)) << text;
}

}  // namespace
}  // namespace serializers

#include <gtest/gtest.h>

#include "serializers/serializer.h"

// Bounds of what becomes values: options, details, and arguments that the router reads.
namespace serializers {
namespace {

class ValueLimitsOf : public testing::TestWithParam<Format> {
 protected:
  // The same message in the format that is tested.
  static std::string in_format(const std::string& json) {
    Scratch scratch;
    wamp::Message message = *decode(Format::json, json, scratch);
    std::string payload;
    const auto to_format = [&payload](wamp::Payload& from) {
      transcode(Format::json, GetParam(), from, payload);
      from.bytes = payload;
    };
    if (auto* publish = std::get_if<wamp::Publish>(&message)) to_format(publish->payload);
    if (auto* call = std::get_if<wamp::Call>(&message)) to_format(call->payload);
    return encode(GetParam(), message);
  }
  // What is wrong with a PUBLISH that has these options; empty: nothing.
  wamp::ProtocolError error_of(const std::string& options, const ValueLimits& limits) {
    const std::string message = in_format("[16,1," + options + ",\"topic\"]");
    Scratch scratch;
    const auto decoded = decode(GetParam(), message, scratch, {.max_depth = 128, .values = limits});
    return decoded ? wamp::ProtocolError{} : decoded.error();
  }
};

INSTANTIATE_TEST_SUITE_P(All, ValueLimitsOf, testing::ValuesIn(all_formats),
                         [](const auto& info) { return std::string(name(info.param)); });

TEST_P(ValueLimitsOf, CountTheEntriesOfAllDictionariesTogether) {
  const ValueLimits limits{.entries = 4};
  EXPECT_EQ(error_of(R"({"a":1,"b":{"c":2,"d":3}})", limits).message, "");
  const auto error = error_of(R"({"a":1,"b":{"c":2,"d":3},"e":4})", limits);
  EXPECT_TRUE(error.is_refusable);
  EXPECT_EQ(error.message, "PUBLISH.Options: more than 4 entries in dictionaries (options_entries)");
}

TEST_P(ValueLimitsOf, CountTheItemsOfAllListsTogether) {
  const ValueLimits limits{.list_items = 4};
  EXPECT_EQ(error_of(R"({"a":[1,2],"b":[[]]})", limits).message, "");
  const auto error = error_of(R"({"a":[1,2],"b":[[],[]],"c":[1]})", limits);
  EXPECT_TRUE(error.is_refusable);
  EXPECT_EQ(error.message, "PUBLISH.Options: more than 4 items in lists (options_list_items)");
}

TEST_P(ValueLimitsOf, CountTheBytesAsTheyCame) {
  const std::string options = R"({"key":")" + std::string(100, 'x') + "\"}";
  EXPECT_EQ(error_of(options, {.bytes = 120}).message, "");
  const auto error = error_of(options, {.bytes = 100});
  EXPECT_TRUE(error.is_refusable);
  EXPECT_EQ(error.message, "PUBLISH.Options: more than 100 bytes (options_bytes)");
}

TEST_P(ValueLimitsOf, DoNotBoundPayloads) {
  const std::string message = in_format(R"([16,1,{},"topic",[1,2,3],{"a":1,"b":2}])");
  Scratch scratch;
  EXPECT_TRUE(decode(GetParam(), message, scratch, {.max_depth = 128, .values = {1, 0, 0}}));
}

TEST_P(ValueLimitsOf, BoundArgumentsThatTheRouterReads) {
  const std::string message = in_format(R"([48,1,{},"procedure",[1,2],{"a":1}])");
  Scratch scratch;
  const auto decoded = decode(GetParam(), message, scratch);
  const wamp::Payload payload = std::get<wamp::Call>(*decoded).payload;
  const auto arguments = decode_arguments(GetParam(), payload, {.entries = 1, .list_items = 2});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->args, (wamp::List{1, 2}));
  for (const ValueLimits& limits :
       {ValueLimits{.bytes = 4}, ValueLimits{.entries = 0}, ValueLimits{.list_items = 1}}) {
    const auto refused = decode_arguments(GetParam(), payload, limits);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is_refusable);
  }
}

// What is broken goes before what is too much.
TEST_P(ValueLimitsOf, AreNoExcuseForBrokenBytes) {
  const std::string whole = in_format(R"([16,1,{"a":1,"b":2,"c":[1,2,3]},"topic"])");
  Scratch scratch;
  constexpr size_t longest_rest = std::string_view(",\"topic\"]").size();
  for (size_t size = 0; size < whole.size() - longest_rest; ++size) {
    const std::string beginning = whole.substr(0, size);
    const auto decoded =
        decode(GetParam(), beginning, scratch, {.max_depth = 128, .values = {SIZE_MAX, 1, 1}});
    ASSERT_FALSE(decoded);
    EXPECT_FALSE(decoded.error().is_refusable) << size;
  }
}

// Nobody waits until megabytes have been looked through that are refused anyway.
TEST_P(ValueLimitsOf, StopTheReadingOfOptionsThatAreMuchTooLong) {
  std::string ids = "1000000000";
  for (int i = 0; i < 1000; ++i) ids += ",1000000000";
  for (const std::string& options :
       {R"({"exclude":[)" + ids + "]}", R"({"a":{"b":[)" + ids + R"(]},"c":1})"}) {
    const std::string whole = in_format("[16,1," + options + ",\"topic\"]");
    const std::string broken_far_behind = whole.substr(0, whole.size() - 100);
    Scratch scratch;
    const auto decoded =
        decode(GetParam(), broken_far_behind, scratch, {.max_depth = 128, .values = {.bytes = 100}});
    ASSERT_FALSE(decoded);
    EXPECT_TRUE(decoded.error().is_refusable);
    EXPECT_EQ(decoded.error().message, "PUBLISH.Options: more than 100 bytes (options_bytes)");
  }
}

}  // namespace
}  // namespace serializers

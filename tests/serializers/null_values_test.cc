// Many clients say null for what they do not have.
#include "serializers/serializer.h"
#include "tests/serializers/samples.h"

namespace serializers {
namespace {

using wamp::Dict;
using wamp::List;
using wamp::Value;

class NullInAMessage : public testing::TestWithParam<Format> {
 protected:
  wamp::Message decoded(const List& message) {
    bytes_.clear();
    encode_value(GetParam(), message, bytes_);
    const auto result = decode(GetParam(), bytes_, scratch_);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : wamp::Message();
  }
  // Arguments and ArgumentsKw of a CALL, in JSON; "" if it has none.
  std::string payload(const List& behind_the_procedure) {
    List message = {48, 1, Dict(), "com.myapp.a"};
    message.insert(message.end(), behind_the_procedure.begin(), behind_the_procedure.end());
    const wamp::Message taken = decoded(message);
    const wamp::Payload& payload = std::get<wamp::Call>(taken).payload;
    std::string text;
    if (payload.count > 0) encode_arguments(Format::json, decode_arguments(GetParam(), payload), text);
    return text;
  }

 private:
  std::string bytes_;
  Scratch scratch_;
};

INSTANTIATE_TEST_SUITE_P(Formats, NullInAMessage, testing::ValuesIn(all_formats),
                         [](const auto& format) { return std::string(name(format.param)); });

TEST_P(NullInAMessage, CountsAsArgumentsThatAreAbsentOrEmpty) {
  EXPECT_EQ(payload({Value()}), "");
  EXPECT_EQ(payload({Value(), Value()}), "");
  EXPECT_EQ(payload({List{1, "a"}, Value()}), R"([1,"a"])");
  EXPECT_EQ(payload({Value(), Dict{{"x", 1}}}), R"([],{"x":1})");
  EXPECT_EQ(payload({Value(), Dict{{"x", Value()}}}), R"([],{"x":null})");
}

TEST_P(NullInAMessage, CountsAsEmptyOptionsAndDetails) {
  EXPECT_TRUE(std::get<wamp::Call>(decoded({48, 1, Value(), "com.myapp.a"})).options.empty());
  EXPECT_TRUE(std::get<wamp::Hello>(decoded({1, "realm1", Value()})).details.empty());
  EXPECT_TRUE(std::get<wamp::Goodbye>(decoded({6, Value(), "wamp.close.close_realm"})).details.empty());
}

TEST_P(NullInAMessage, IsTakenInThePlaceOfEachDictionary) {
  const std::vector<List> messages = {{3, Value(), "wamp.error.canceled"},    {5, "signature", Value()},
                                      {8, 68, 1, Value(), "com.myapp.error"}, {16, 1, Value(), "com.myapp.a"},
                                      {32, 1, Value(), "com.myapp.a"},        {49, 1, Value()},
                                      {64, 1, Value(), "com.myapp.a"},        {70, 1, Value()},
                                      {70, 1, Value(), Value(), Value()}};
  for (const List& message : messages)
    EXPECT_EQ(message.front(), Value(static_cast<int64_t>(wamp::type_of(decoded(message)))));
}

}  // namespace
}  // namespace serializers

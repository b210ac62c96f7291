// What is refused of an envelope, and how it is told.
#include <map>

#include "serializers/serializer.h"
#include "tests/serializers/samples.h"

namespace serializers {
namespace {

std::string write(Format format, const wamp::Value& message) {
  std::string bytes;
  encode_value(format, message, bytes);
  return bytes;
}

class WrongMessage : public testing::TestWithParam<Format> {
 protected:
  // "" if it is accepted.
  std::string error(const wamp::List& message) { return error_of(write(GetParam(), message)); }
  std::string error_of(std::string_view bytes) {
    const auto result = decode(GetParam(), bytes, scratch_);
    return result ? "" : result.error().message;
  }
  // A message of that type as a list of values, without its payload.
  wamp::List as_list(const wamp::Message& message) {
    std::string bytes;
    bytes.append(encode_envelope(GetParam(), message, 0, bytes));
    return decode_arguments(GetParam(), {bytes, 1}).args;
  }
  std::vector<wamp::Message> samples() { return sample_messages(GetParam(), payloads_); }

 private:
  Scratch scratch_;
  std::deque<std::string> payloads_;
};

INSTANTIATE_TEST_SUITE_P(Formats, WrongMessage, testing::ValuesIn(all_formats),
                         [](const auto& format) { return std::string(name(format.param)); });

using wamp::Dict;
using wamp::List;
using wamp::Value;

const std::vector<std::pair<Value, std::string>> one_of_each = {
    {Value(), "null"},      {true, "a boolean"},
    {1.5, "a float"},       {"com.myapp.text", "a string"},
    {List{1, 2}, "a list"}, {Dict{{"a", 1}}, "a dictionary"},
    {17, "an integer"},
};

TEST_P(WrongMessage, IsRefusedWithAnyFieldOfAnyOtherType) {
  for (const wamp::Message& message : samples()) {
    const List right = as_list(message);
    ASSERT_EQ(error(right), "");
    const std::string name(wamp::name(wamp::type_of(message)));
    for (size_t i = 1; i < right.size(); ++i) {
      const std::string_view expected = type_name(right[i]);
      for (const auto& [value, type] : one_of_each) {
        const bool may_be_null = expected == "a dictionary" || (name == "HELLO" && i == 1);
        if (type == expected || (type == "null" && may_be_null)) continue;
        List wrong = right;
        wrong[i] = value;
        EXPECT_THAT(error(wrong),
                    testing::MatchesRegex(name + "\\.[A-Za-z.]+: expected an? [a-z]+, got " + type));
      }
    }
  }
}

TEST_P(WrongMessage, IsRefusedWithTooFewOrTooManyElements) {
  for (const wamp::Message& message : samples()) {
    const std::string name(wamp::name(wamp::type_of(message)));
    const List right = as_list(message);
    for (size_t size = 1; size < right.size(); ++size) {
      const bool is_whole = (name == "UNSUBSCRIBED" || name == "UNREGISTERED") && size == 2;
      const std::string told = error(List(right.begin(), right.begin() + static_cast<ptrdiff_t>(size)));
      if (is_whole)
        EXPECT_EQ(told, "");
      else
        EXPECT_THAT(told,
                    testing::MatchesRegex(name + ": expected .* elements, got " + std::to_string(size)));
    }
    List more = right;
    if (name == "UNSUBSCRIBED" || name == "UNREGISTERED") more.resize(2), more.emplace_back(Dict());
    const bool has_payload = std::visit([]<class M>(const M&) { return wamp::HasPayload<M>; }, message);
    if (has_payload) more.insert(more.end(), {List(), Dict()});
    EXPECT_EQ(error(more), "");
    more.emplace_back(Dict());
    EXPECT_THAT(error(more), testing::MatchesRegex(name + ": expected .* elements, got more"));
  }
}

TEST_P(WrongMessage, IsRefusedWithAnIdOutOfItsRange) {
  constexpr uint64_t max = wamp::max_id;
  for (const Value& id : {Value(0), Value(-1), Value(INT64_MIN), Value(max + 1), Value(UINT64_MAX)}) {
    EXPECT_EQ(error({48, id, Dict(), "com.myapp.a"}), "CALL.Request: expected an id from 1 to 2^53");
    EXPECT_EQ(error({34, 1, id}), "UNSUBSCRIBE.SUBSCRIBED.Subscription: expected an id from 1 to 2^53");
  }
  EXPECT_EQ(error({48, Value(max), Dict(), "com.myapp.a"}), "");
  EXPECT_EQ(error({34, 1, Value(max)}), "");
}

TEST_P(WrongMessage, MayAnswerNoRequestOnlyAsARevocation) {
  EXPECT_EQ(error({35, 0, Dict{{"subscription", 1}}}), "");
  EXPECT_EQ(error({67, 0, Dict{{"registration", 1}}}), "");
  EXPECT_EQ(error({35, Value(wamp::max_id + 1)}),
            "UNSUBSCRIBED.UNSUBSCRIBE.Request: expected an id from 0 to 2^53");
  EXPECT_EQ(error({33, 0, 1}), "SUBSCRIBED.SUBSCRIBE.Request: expected an id from 1 to 2^53");
}

TEST_P(WrongMessage, IsAnErrorOfSomethingThatIsNoRequest) {
  const auto error_message = [](int type) { return List{8, type, 1, Dict(), "com.myapp.error"}; };
  for (const int type : {16, 32, 34, 48, 64, 66, 68}) EXPECT_EQ(error(error_message(type)), "") << type;
  for (const int type : {0, -1, 1, 8, 17, 36, 49, 50, 69, 70, 999, 65536 + 48})
    EXPECT_EQ(error(error_message(type)), "ERROR.REQUEST.Type: expected the type of a request") << type;
}

TEST_P(WrongMessage, HasAnUnknownType) {
  for (const int type : {0, 7, 9, 15, 71, 255, 337, 999, 65536 + 48})
    EXPECT_EQ(error({type, 1, Dict()}), "unknown message type " + std::to_string(type));
  EXPECT_EQ(error({-48, 1, Dict(), "com.myapp.a"}), "unknown message type");
  EXPECT_EQ(error({"CALL", 1}), "message type: expected an integer, got a string");
  EXPECT_EQ(error({48.0, 1, Dict(), "com.myapp.a"}), "message type: expected an integer, got a float");
}

TEST_P(WrongMessage, IsNoListOrAnEmptyOne) {
  EXPECT_EQ(error({}), "message: the list is empty");
  EXPECT_EQ(error_of(write(GetParam(), Dict())), "message: expected a list, got a dictionary");
  EXPECT_EQ(error_of(write(GetParam(), 48)), "message: expected a list, got an integer");
  EXPECT_THAT(error_of(""), testing::StartsWith("message: invalid "));
}

TEST_P(WrongMessage, HasArgumentsOfAWrongType) {
  for (const auto& [value, type] : one_of_each) {
    if (type == "null") continue;  // counts as absent
    if (type != "a list") {
      EXPECT_EQ(error({48, 1, Dict(), "com.myapp.a", value}), "CALL.Arguments: expected a list, got " + type);
    }
    if (type != "a dictionary") {
      EXPECT_EQ(error({70, 1, Dict(), List(), value}),
                "YIELD.ArgumentsKw: expected a dictionary, got " + type);
    }
  }
}

// Payload transparency: an encrypted payload takes the place of Arguments.
TEST_P(WrongMessage, HasAStringAsArgumentsWithoutEncryption) {
  const Dict encrypted = {{"enc_algo", "cryptobox"}};
  for (const Value& payload : {Value("text"), Value(wamp::Binary{"\x01"})}) {
    EXPECT_EQ(error({48, 1, encrypted, "com.myapp.a", payload}), "");
    EXPECT_EQ(error({36, 1, 1, encrypted, payload}), "");
    EXPECT_EQ(error({48, 1, encrypted, "com.myapp.a", payload, Dict()}),
              "CALL: expected 4 to 6 elements, got more");
    EXPECT_THAT(error({48, 1, Dict{{"enc_key", "a"}}, "com.myapp.a", payload}),
                testing::StartsWith("CALL.Arguments: expected a list, got "));
  }
  EXPECT_EQ(error({48, 1, encrypted, "com.myapp.a", List(), Dict()}), "");
  EXPECT_EQ(error({48, 1, encrypted, "com.myapp.a", 1}), "CALL.Arguments: expected a list, got an integer");
}

TEST_P(WrongMessage, IsFollowedByOtherBytes) {
  const std::string bytes = write(GetParam(), List{48, 1, Dict(), "com.myapp.a"});
  EXPECT_THAT(error_of(bytes + "1"), testing::EndsWith("expected the end"));
  EXPECT_THAT(error_of(bytes + bytes), testing::EndsWith("expected the end"));
}

TEST_P(WrongMessage, IsCutOffAnywhere) {
  const std::string bytes = write(
      GetParam(), List{48, 1, Dict{{"timeout", 5}}, "com.myapp.a", List{1, "a", 1.5}, Dict{{"a", Value()}}});
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(error_of(bytes.substr(0, size)), testing::HasSubstr("invalid ")) << size;
  EXPECT_EQ(error_of(bytes), "");
}

TEST_P(WrongMessage, HasInvalidUtf8) {
  for (const List& message : {List{1, "realm\xC0\x80", Dict()}, List{1, "realm", Dict{{"\xFF", 1}}},
                              List{1, "realm", Dict{{"a", "\xED\xA0\x80"}}}})
    EXPECT_THAT(error(message), testing::MatchesRegex("HELLO\\.[A-Z][a-z]+: invalid .*: invalid UTF-8"));
  EXPECT_THAT(error({48, 1, Dict(), "com.myapp.a", List{"\xE2\x82"}}),
              testing::MatchesRegex("CALL\\.Arguments: invalid .*: invalid UTF-8"));
  EXPECT_THAT(error({48, 1, Dict(), "com.myapp.a", List(), Dict{{"a\x80", 1}}}),
              testing::MatchesRegex("CALL\\.ArgumentsKw: invalid .*: invalid UTF-8"));
}

TEST_P(WrongMessage, IsNestedTooDeeply) {
  const auto call_of_depth = [](int depth) {
    Value value = List();
    for (int i = 3; i < depth; ++i) value = List{std::move(value)};
    return List{48, 1, Dict(), "com.myapp.a", List{std::move(value)}};
  };
  EXPECT_EQ(error(call_of_depth(128)), "");
  EXPECT_THAT(error(call_of_depth(129)),
              testing::MatchesRegex("CALL.Arguments: invalid .*: nested too deeply \\(max_depth\\)"));
  Value options = Dict();
  for (int i = 3; i < 129; ++i) options = Dict{{"a", std::move(options)}};
  EXPECT_EQ(error({48, 1, options, "com.myapp.a"}), "");
  EXPECT_THAT(error({48, 1, Dict{{"a", options}}, "com.myapp.a"}),
              testing::HasSubstr("CALL.Options: invalid "));
}

TEST(WrongMessagePack, HasOptionsWhoseKeysAreNoStrings) {
  Scratch scratch;
  const auto error = [&scratch](std::string_view options) {
    const auto result = decode(Format::msgpack,
                               "\x94\x30\x01" + std::string(options) +
                                   "\xA1"
                                   "a",
                               scratch);
    return result ? "" : result.error().message;
  };
  EXPECT_EQ(error("\x81\xA1k\x01"), "");
  for (const std::string& options : {std::string("\x81\x01\x01"), std::string("\x81\xC4\x01k\x01"),
                                     std::string("\x81\x90\x01"), std::string("\x81\xA1k\x81\xC0\x01")})
    EXPECT_THAT(error(options), testing::EndsWith("expected strings as keys"));
}

TEST(WrongCbor, HasOptionsWhoseKeysAreNoStrings) {
  Scratch scratch;
  const auto error = [&scratch](std::string_view options) {
    const auto result = decode(Format::cbor, "\x84\x18\x30\x01" + std::string(options) + "\x61\x61", scratch);
    return result ? "" : result.error().message;
  };
  EXPECT_EQ(error("\xA1\x61k\x01"), "");
  EXPECT_EQ(error("\xBF\x7F\x61k\xFF\x01\xFF"), "");
  for (const std::string& options : {std::string("\xA1\x01\x01"), std::string("\xA1\x41k\x01"),
                                     std::string("\xA1\x80\x01"), std::string("\xA1\x61k\xA1\xF6\x01")})
    EXPECT_THAT(error(options), testing::EndsWith("expected strings as keys"));
}

TEST(WrongCbor, HasAnIdInAnyIntegerForm) {
  Scratch scratch;
  const auto request = [&scratch](std::string_view id) -> uint64_t {
    const auto result = decode(Format::cbor, "\x83\x18\x22" + std::string(id) + "\x01", scratch);
    return result ? std::get<wamp::Unsubscribe>(*result).request.value : 0;
  };
  using namespace std::string_literals;
  EXPECT_EQ(request("\x17"), 23u);
  EXPECT_EQ(request("\x18\xFF"), 255u);
  EXPECT_EQ(request("\x19\xFF\xFE"), 65534u);
  EXPECT_EQ(request("\x1A\xFF\xFF\xFF\xFE"), 0xFFFFFFFEu);
  EXPECT_EQ(request("\x1B\x00\x20\x00\x00\x00\x00\x00\x00"s), wamp::max_id);
  EXPECT_EQ(request("\x1B\x00\x00\x00\x00\x00\x00\x00\x05"s), 5u);
  EXPECT_EQ(request("\xFB\x41\xF0\x00\x00\x00\x00\x00\x00"s), uint64_t{1} << 32);
  for (const std::string& id : {"\x20"s, "\x38\xFF"s, "\xC2\x41\x05"s, "\xF9\x3C\x00"s,
                                "\xFA\x4F\x80\x00\x00"s, "\x1B\x00\x20\x00\x00\x00\x00\x00\x01"s})
    EXPECT_EQ(request(id), 0u) << testing::PrintToString(id);
}

TEST(WrongCbor, IsOfIndefiniteLengthAndEndsOtherwiseThanItShould) {
  Scratch scratch;
  const auto error = [&scratch](const std::string& bytes) {
    const auto result = decode(Format::cbor, bytes, scratch);
    return result ? "" : result.error().message;
  };
  using namespace std::string_literals;
  EXPECT_EQ(error("\x9F\x18\x22\x01\x01\xFF"), "");
  EXPECT_EQ(error("\x9F\x18\x22\x01\xFF"), "UNSUBSCRIBE: expected 3 elements, got 2");
  EXPECT_EQ(error("\x9F\x18\x22\x01\x01\x01\xFF"), "UNSUBSCRIBE: expected 3 elements, got more");
  EXPECT_EQ(error("\x9F\x18\x22\x01\x01"),
            "UNSUBSCRIBE.SUBSCRIBED.Subscription: invalid CBOR at byte 5: unexpected end");
  EXPECT_EQ(error("\x9F\x18\x22\x01"), "UNSUBSCRIBE.Request: invalid CBOR at byte 4: unexpected end");
  EXPECT_EQ(error("\x9F\x18\x22\x01\x01\xFF\xFF"),
            "UNSUBSCRIBE.SUBSCRIBED.Subscription: invalid CBOR at byte 6: expected the end");
  EXPECT_EQ(error("\x83\x18\x22\x01\x01\xFF"),
            "UNSUBSCRIBE.SUBSCRIBED.Subscription: invalid CBOR at byte 5: expected the end");
  EXPECT_EQ(error("\x9F\xFF"), "message: the list is empty");
  EXPECT_EQ(error("\x83\x18\x22\xFF\x01"), "UNSUBSCRIBE.Request: invalid CBOR at byte 3: unexpected break");
  EXPECT_EQ(error("\xC1\x83\x18\x22\x01\x01"), "message: expected a list, got an extension type");
  EXPECT_EQ(error("\x84\x18\x30\x01\xF7\x61\x61"), "") << "undefined counts as null";
  EXPECT_EQ(error("\x84\x18\x30\x01\xF4\x61\x61"), "CALL.Options: expected a dictionary, got a boolean");
}

TEST(WrongMessagePack, HasAnIdInAnyIntegerForm) {
  Scratch scratch;
  const auto request = [&scratch](std::string_view id) -> uint64_t {
    const auto result = decode(Format::msgpack, "\x93\x22" + std::string(id) + "\x01", scratch);
    return result ? std::get<wamp::Unsubscribe>(*result).request.value : 0;
  };
  using namespace std::string_literals;
  EXPECT_EQ(request("\x7F"), 127u);
  EXPECT_EQ(request("\xCC\xFF"), 255u);
  EXPECT_EQ(request("\xCD\xFF\xFE"), 65534u);
  EXPECT_EQ(request("\xCE\xFF\xFF\xFF\xFE"), 0xFFFFFFFEu);
  EXPECT_EQ(request("\xCF\x00\x20\x00\x00\x00\x00\x00\x00"s), wamp::max_id);
  EXPECT_EQ(request("\xD0\x7F"), 127u);
  EXPECT_EQ(request("\xD1\x7F\xFF"), 32767u);
  EXPECT_EQ(request("\xD3\x00\x00\x00\x00\x00\x00\x00\x05"s), 5u);
  EXPECT_EQ(request("\xD0\xFF"), 0u);
  EXPECT_EQ(request("\xFF"), 0u);
}

// msgpackr and cbor-x, which wampy uses, write integers beyond 32 bits so.
TEST(WrongMessagePack, MayHaveAnIdAsAFloatBeyond32BitsOnly) {
  Scratch scratch;
  const auto error = [&scratch](double id) {
    const auto result = decode(Format::msgpack, write(Format::msgpack, List{34, 1, id}), scratch);
    return result ? std::to_string(std::get<wamp::Unsubscribe>(*result).subscription.value)
                  : result.error().message;
  };
  EXPECT_EQ(error(4294967296.0), "4294967296");
  EXPECT_EQ(error(9007199254740992.0), "9007199254740992");
  for (const double id : {1.0, -1.0, 0.5, 4294967295.0, 4294967296.5, 9007199254740994.0, 1e300, -1e300})
    EXPECT_EQ(error(id), "UNSUBSCRIBE.SUBSCRIBED.Subscription: expected an id, got a float") << id;
}

}  // namespace
}  // namespace serializers

// All options that the specification gives to messages of clients, and our own: null is as if it were not
// there, a wrong type breaks the protocol, a value that is not known costs the request only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Option {
  int message;
  std::string name;
  std::vector<std::string> wrong_types;  // in JSON
  std::vector<std::string> wrong_values = {};
};

using Values = std::vector<std::string>;
const Values no_boolean = {"1", "\"true\"", "[]", "{}"};
const Values no_string = {"1", "true", "[]", "{}"};
const Values no_integer = {"\"1\"", "true", "1.5", "[]", "{}"};
const Values no_dict = {"1", "true", "\"{}\"", "[1]"};
const Values no_id_list = {"1", "\"1\"", "{}", "[\"1\"]", "[1.5]"};
const Values no_string_list = {"1", "\"a\"", "{}", "[1]", "[-1]"};

const Option options[] = {
    {32, "match", no_string, {"\"regex\"", "\"\""}},
    {32, "get_retained", no_boolean},
    {32, "nkey", no_string},
    {32, "_replay", {"1", "true", "\"all\"", "[]"}},
    {32, "_replay.limit", no_integer, {"0", "-1"}},
    {32, "_replay.reverse", no_boolean},
    {32, "_replay.topic", no_string},
    {32, "_replay.from_time", no_string, {"\"yesterday\""}},
    {32, "_replay.after_time", no_string, {"\"\""}},
    {32, "_replay.before_time", no_string, {"\"2026-02-30T00:00:00Z\""}},
    {32, "_replay.until_time", no_string, {"\"now\""}},
    {32, "_replay.from_publication", no_integer, {"0"}},
    {32, "_replay.after_publication", no_integer, {"-5"}},
    {32, "_replay.before_publication", no_integer, {"0"}},
    {32, "_replay.until_publication", no_integer, {"-1"}},
    {64, "match", no_string, {"\"regex\""}},
    {64, "invoke", no_string, {"\"all\"", "\"\""}},
    {64, "disclose_caller", no_boolean},
    {64, "forward_timeout", no_boolean},
    {64, "force_reregister", no_boolean},
    {64, "concurrency", no_integer, {"-1"}},
    {48, "receive_progress", no_boolean},
    {48, "progress", no_boolean},
    {48, "disclose_me", no_boolean},
    {48, "timeout", no_integer, {"-1"}},
    {48, "runmode", no_string, {"\"some\"", "\"\""}},
    {48, "rkey", {"true", "1.5", "[]", "{}"}},
    {48, "ppt_scheme", no_string},
    {48, "ppt_serializer", no_string},
    {48, "ppt_cipher", no_string},
    {48, "ppt_keyid", no_string},
    {16, "acknowledge", no_boolean},
    {16, "exclude_me", no_boolean},
    {16, "disclose_me", no_boolean},
    {16, "retain", no_boolean},
    {16, "_retain_ttl_ms", no_integer, {"-1"}},
    {16, "rkey", no_string},
    {16, "exclude", no_id_list, {"[1,-1]"}},
    {16, "eligible", no_id_list, {"[-1]"}},
    {16, "exclude_authid", no_string_list},
    {16, "exclude_authrole", no_string_list},
    {16, "exclude_department", no_string_list},
    {16, "eligible_authid", no_string_list},
    {16, "eligible_authrole", no_string_list},
    {16, "eligible_department", no_string_list},
    {16, "ppt_scheme", no_string},
    {16, "ppt_serializer", no_string},
    {16, "ppt_cipher", no_string},
    {16, "ppt_keyid", no_string},
    {49, "mode", no_string, {"\"gently\"", "\"\""}},
    {70, "progress", no_boolean},
    {70, "ppt_scheme", no_string},
    {70, "ppt_serializer", no_string},
    {70, "ppt_cipher", no_string},
    {70, "ppt_keyid", no_string},
    {8, "ppt_scheme", no_string},
    {8, "ppt_serializer", no_string},
    {8, "ppt_cipher", no_string},
    {8, "ppt_keyid", no_string},
};

class OptionValues : public testing::TestWithParam<Option> {
 protected:
  // One request with that value. CALLs are of com.add; CANCEL, YIELD and ERROR are about the call 1.
  static std::string request(int id, const std::string& value) {
    const Option& option = GetParam();
    const size_t dot = option.name.find('.');
    std::string entry = "\"" + option.name.substr(0, dot) + "\":";
    entry += dot == std::string::npos ? value : "{\"" + option.name.substr(dot + 1) + "\":" + value + "}";
    if (option.message == 16 && option.name != "acknowledge") entry += ",\"acknowledge\":true";
    std::string text = "[" + std::to_string(option.message) + (option.message == 8 ? ",68," : ",") +
                       std::to_string(id) + ",{" + entry + "}";
    if (option.message == 8) text += ",\"com.failed\"";
    if (option.message == 48) text += ",\"com.add\"";
    if (option.message == 64) text += ",\"com.sub\"";
    if (option.message == 16 || option.message == 32) text += ",\"com.topic\"";
    return text + "]";
  }
  static bool is_about_the_call() {
    return GetParam().message == 49 || GetParam().message == 70 || GetParam().message == 8;
  }
  std::string says_with(Wire& wire, const std::string& value) {
    if (is_about_the_call()) {
      wire.receives(R"([48,1,{},"com.add"])");
      wire.sent();
    }
    return says(wire, request(is_about_the_call() ? 1 : 2, value));
  }
  // One that calls, and is called as com.add.
  Wire& join() {
    Wire& wire = router.join(serializers::Format::json, R"({
        "caller":{"features":{"payload_passthru_mode":true,"progressive_call_invocations":true}},
        "callee":{"features":{"payload_passthru_mode":true,"call_canceling":true}},
        "publisher":{"features":{"payload_passthru_mode":true}},"subscriber":{}})");
    wire.receives(R"([64,9,{},"com.add"])");
    wire.sent();
    return wire;
  }

  SessionHarness router;
};

TEST_P(OptionValues, AreAbsentIfNull) {
  Wire& wire = join();
  EXPECT_THAT(says_with(wire, "null"), Not(HasSubstr("wamp.error.invalid_argument")));
  EXPECT_FALSE(wire.closed());
}

TEST_P(OptionValues, OfTheWrongTypeBreakTheProtocol) {
  for (const std::string& value : GetParam().wrong_types) {
    Wire& wire = join();
    EXPECT_THAT(says_with(wire, value), AllOf(HasSubstr("[3,"), HasSubstr("." + GetParam().name),
                                              HasSubstr("wamp.error.protocol_violation")))
        << value;
    wire.breaks();
  }
}

TEST_P(OptionValues, ThatAreNotKnownCostTheirRequestOnly) {
  for (const std::string& value : GetParam().wrong_values) {
    Wire& wire = join();
    const std::string error =
        is_about_the_call() ? "[8,48,1" : "[8," + std::to_string(GetParam().message) + ",2";
    EXPECT_THAT(says_with(wire, value), AllOf(HasSubstr(error + ",{},\"wamp.error.invalid_argument\",[\""),
                                              HasSubstr(".Options." + GetParam().name + ": expected")))
        << value;
    EXPECT_THAT(says(wire, R"([48,999,{},"com.none"])"), StartsWith("[8,48,999,"));
    wire.breaks();
  }
}

INSTANTIATE_TEST_SUITE_P(All, OptionValues, testing::ValuesIn(options), [](const auto& info) {
  std::string name(wamp::name(static_cast<wamp::MessageType>(info.param.message)));
  for (const char c : "_" + info.param.name) name += c == '.' ? '_' : c;
  return name;
});

// ---- of HELLO, which is no request: all that is wrong with it ends in ABORT

class HelloDetails : public testing::TestWithParam<std::pair<std::string, Values>> {};

TEST_P(HelloDetails, OfTheWrongTypeBreakTheProtocol) {
  const auto& [name, wrong_types] = GetParam();
  for (const std::string& value : wrong_types) {
    SessionHarness router;
    Wire& wire = router.connect();
    const std::string entry = "\"" + name.substr(name.rfind('.') + 1) + "\":" + value;
    const std::string details = name.starts_with("roles.caller.features.")
                                    ? R"("roles":{"caller":{"features":{)" + entry + "}}}"
                                : name.starts_with("roles.caller.") ? R"("roles":{"caller":{)" + entry + "}}"
                                : name.starts_with("roles.")        ? R"("roles":{)" + entry + "}"
                                : name == "roles"                   ? entry
                                                                    : R"("roles":{"caller":{}},)" + entry;
    EXPECT_THAT(says(wire, "[1,\"realm1\",{" + details + "}]"),
                AllOf(HasSubstr("[3,"), HasSubstr("HELLO.Details." + name),
                      HasSubstr("wamp.error.protocol_violation")))
        << value;
    EXPECT_TRUE(wire.closed());
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, HelloDetails,
    testing::Values(std::pair("authid", no_string), std::pair("authmethods", no_string_list),
                    std::pair("authextra", no_dict), std::pair("roles", no_dict),
                    std::pair("roles.caller", no_dict), std::pair("roles.caller.features", no_dict),
                    std::pair("roles.caller.features.payload_passthru_mode", no_boolean)),
    [](const auto& info) {
      std::string name = info.param.first;
      for (char& c : name)
        if (c == '.') c = '_';
      return name;
    });

}  // namespace
}  // namespace router

#include "router/config/document/outside_values.h"

#include <cstdlib>
#include <fstream>

#include "router/config/document/setting.h"
#include "tests/router/config/config_text.h"
#include "tests/support/temporary_folder.h"

namespace router::config::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// Set for one test.
class Variable {
 public:
  Variable(const std::string& name, const std::string& value) : name_(name) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  ~Variable() { unsetenv(name_.c_str()); }

 private:
  const std::string name_;
};

// What {"it": VALUE} is as a string, or as a secret, or the error.
std::string read(const std::string& value, const std::string& (Setting::*as)() const,
                 const std::string& folder = "/etc/wampd") {
  const JsonNode document = parse_json(R"({"it": )" + value + "}", "wampd.jsonc");
  Source source{.name = "wampd.jsonc", .base_directory = folder};
  try {
    const Setting root(document, source);
    std::string text;
    root.reads([&] { text = (root.require("it").*as)(); });
    source.throw_faults();
    return text;
  } catch (const ConfigError& error) {
    return error.what();
  }
}
std::string string_of(const std::string& value) {
  return read(value, &Setting::string);
}
std::string secret_of(const std::string& value, const std::string& folder = "/etc/wampd") {
  return read(value, &Setting::secret, folder);
}

TEST(OutsideValues, ReplacesVariablesAnywhereInAString) {
  const Variable variable("WAMPD_TEST_1", "value"), other("A", "a");
  EXPECT_EQ(string_of(R"("$WAMPD_TEST_1")"), "value");
  EXPECT_EQ(string_of(R"("${WAMPD_TEST_1}")"), "value");
  EXPECT_EQ(secret_of(R"("${WAMPD_TEST_1}")"), "value");
  EXPECT_EQ(string_of(R"("/run/$WAMPD_TEST_1/events.db")"), "/run/value/events.db");
  EXPECT_EQ(string_of(R"("x${A}x$A$A.$A-${WAMPD_TEST_1}")"), "xaxaa.a-value");
  EXPECT_EQ(string_of(R"("$A}")"), "a}");
}

TEST(OutsideValues, TakesAVariablesValueAsItIs) {
  const Variable variable("A", "$B ${C} $$");
  EXPECT_EQ(string_of(R"("$A")"), "$B ${C} $$");
}

TEST(OutsideValues, LeavesOtherStringsAsTheyAre) {
  for (const char* text : {"", "$", "A", "$1", "5 $", "$-$.", "a $ b"})
    EXPECT_EQ(string_of("\"" + std::string(text) + "\""), text);
}

TEST(OutsideValues, TakesADoubledDollarForOne) {
  const Variable variable("A", "value");
  EXPECT_EQ(string_of(R"("$$A")"), "$A");
  EXPECT_EQ(string_of(R"("$${A}")"), "${A}");
  EXPECT_EQ(secret_of(R"("$$$A")"), "$value");
  EXPECT_EQ(string_of(R"("a$$b$$$$")"), "a$b$$");
  EXPECT_EQ(string_of(R"("$$argon2id$$v=19$$m=4096")"), "$argon2id$v=19$m=4096");
}

TEST(OutsideValues, RefusesAVariableThatIsNotSet) {
  EXPECT_EQ(string_of(R"("$WAMPD_TEST_NONE")"),
            "wampd.jsonc:1:8: at $.it: the environment variable \"WAMPD_TEST_NONE\" is not set; \"$$\" "
            "stands for one \"$\"");
  EXPECT_THAT(secret_of(R"("${WAMPD_TEST_NONE}")"), HasSubstr("\"WAMPD_TEST_NONE\" is not set"));
  EXPECT_THAT(string_of(R"("pa$WAMPD_TEST_NONE")"), HasSubstr("\"WAMPD_TEST_NONE\" is not set"));
}

TEST(OutsideValues, RefusesHalfAName) {
  for (const char* text : {"${", "${}", "${A", "a${A", "${A B}", "${1}"})
    EXPECT_THAT(string_of("\"" + std::string(text) + "\""), HasSubstr("expected \"${NAME}\"")) << text;
}

TEST(OutsideValues, RefusesAVariableThatIsNotText) {
  const Variable variable("A", "\xff");
  EXPECT_THAT(string_of(R"("$A")"), EndsWith("at $.it: the value of $A is not UTF-8 text"));
}

TEST(OutsideValues, NeedsNoVariableThatNobodyReads) {
  EXPECT_EQ(error_of(R"({"$schema": "$WAMPD_TEST_NONE", "realms": )" + some_realms + R"(, "transports": )" +
                     some_transports + "}"),
            "accepted");
}

TEST(OutsideValues, AreTakenForNumbers) {
  const auto port = [](const std::string& text) {
    return with_endpoint(R"({"type": "tcp", "port": ")" + text + "\"}");
  };
  const Variable good("WAMPD_TEST_PORT", "4711");
  EXPECT_EQ(parse(port("$WAMPD_TEST_PORT")).transports.at(0).port, 4711);
  const Variable bad("WAMPD_TEST_PORT", "4711x");
  EXPECT_THAT(error_of(port("$WAMPD_TEST_PORT")),
              EndsWith("port: expected a whole number from 0 to 65535 as the value of the variable"));
  EXPECT_THAT(error_of(port("4711")), EndsWith("port: expected a number, found a string"));
}

TEST(OutsideValues, AreNotToldInMessages) {
  const Variable variable("WAMPD_TEST_1", "hidden-1");
  EXPECT_THAT(error_of(with_endpoint(R"({"type": "$WAMPD_TEST_1", "port": 1})")),
              EndsWith("type: expected \"tcp\" or \"unix\", found the value of $WAMPD_TEST_1"));
  EXPECT_THAT(error_of(with_endpoint(R"({"type": "tcp", "port": 1, "interface": "${WAMPD_TEST_1}"})")),
              EndsWith("found the value of ${WAMPD_TEST_1}"));
  EXPECT_THAT(error_of(with_endpoint(R"({"type": "tcp", "port": 1, "interface": "a.$WAMPD_TEST_1"})")),
              EndsWith("found the value of a.$WAMPD_TEST_1"));
  const Variable longer("WAMPD_TEST_1", std::string(200, 'h') + "\n");
  EXPECT_THAT(error_of(with_endpoint(R"({"type": "$WAMPD_TEST_1", "port": 1})")), Not(HasSubstr("hh")));
  const Variable path("WAMPD_TEST_1", "/hidden/" + std::string(200, 'x'));
  EXPECT_THAT(error_of(with_endpoint(R"({"type": "unix", "path": "$WAMPD_TEST_1"})")),
              AllOf(HasSubstr("this is the value of $WAMPD_TEST_1"), Not(HasSubstr("hidden"))));
}

TEST(Secret, IsTheContentOfAFile) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("secret")) << "from the file\n";
  std::ofstream(folder.file("two")) << "two\nlines\r\n";
  EXPECT_EQ(secret_of(R"({"file": "secret"})", folder.file("")), "from the file");
  EXPECT_EQ(secret_of(R"({"file": ")" + folder.file("two") + "\"}"), "two\nlines");
  const Variable variable("WAMPD_TEST_FILE", "secret");
  EXPECT_EQ(secret_of(R"({"file": "$WAMPD_TEST_FILE"})", folder.file("")), "from the file");
}

TEST(Secret, RefusesAFileThatHasNone) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("empty")) << "\n";
  std::ofstream(folder.file("long")) << std::string(64 * 1024 + 1, 'x');
  std::ofstream(folder.file("nul")) << std::string(3, '\0');
  EXPECT_EQ(secret_of(R"({"file": "/none"})"),
            "wampd.jsonc:1:17: at $.it.file: cannot read the file \"/none\": No such file or directory");
  EXPECT_THAT(secret_of(R"({"file": "empty"})", folder.file("")), EndsWith("/empty\" is empty"));
  EXPECT_THAT(secret_of(R"({"file": "long"})", folder.file("")), HasSubstr("larger than 65536 bytes"));
  EXPECT_THAT(secret_of(R"({"file": "nul"})", folder.file("")), EndsWith("/nul\" is not UTF-8 text"));
  EXPECT_THAT(secret_of(R"({"fil": "x"})"), EndsWith("unknown key \"fil\"; did you mean \"file\"?"));
}

TEST(Secret, RefusesWhatIsNone) {
  EXPECT_THAT(secret_of(R"("")"), EndsWith("at $.it: must not be empty"));
  EXPECT_THAT(secret_of("4711"), EndsWith("at $.it: expected a string or an object {\"file\": \"path\"}"));
}

TEST(Secret, IsNotToldInPartEither) {
  const Variable variable("WAMPD_TEST_1", "suffix");
  const JsonNode document = parse_json(R"({"secret": "hunter2-$WAMPD_TEST_1"})", "wampd.jsonc");
  Source source{.name = "wampd.jsonc", .base_directory = ""};
  const Setting secret = Setting(document, source).require("secret");
  EXPECT_EQ(secret.secret(), "hunter2-suffix");
  secret.notice("no use for hunter2-suffix and suffix");
  EXPECT_THAT(to_text(source.notices.at(0)),
              EndsWith("no use for the secret and the value of $WAMPD_TEST_1"));
}

TEST(Secret, IsNotToldInMessages) {
  const JsonNode document = parse_json(R"({"secret": "hidden", "short": "a"})", "wampd.jsonc");
  Source source{.name = "wampd.jsonc", .base_directory = ""};
  const Setting root(document, source);
  const Setting secret = root.require("secret"), shorter = root.require("short");
  EXPECT_EQ(secret.secret() + shorter.secret(), "hiddena");
  secret.notice("no use for \"hidden\" (hidden)");
  shorter.notice("no use for \"a\", a letter");
  EXPECT_THAT(to_text(source.notices.at(0)), EndsWith("no use for the secret (the secret)"));
  EXPECT_THAT(to_text(source.notices.at(1)), EndsWith("no use for the secret, a letter"));
}

}  // namespace
}  // namespace router::config::test

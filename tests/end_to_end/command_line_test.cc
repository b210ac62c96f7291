// The real program: what it says of a command line that it does not understand.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string complaint(const std::vector<std::string>& arguments) {
  const Ended ended = run_program(arguments);
  EXPECT_EQ(ended.code, 2);
  return ended.output;
}

TEST(CommandLine, NamesTheNearestOption) {
  EXPECT_EQ(complaint({"--cofnig", "x"}),
            "wampd: unknown option \"--cofnig\"; did you mean \"--config\"?\n"
            "Run with --help for more information.\n");
  EXPECT_THAT(complaint({"--cofnig=x"}), StartsWith("wampd: unknown option \"--cofnig\"; did you mean"));
  EXPECT_THAT(complaint({"check", "--explian", "a", "b", "c"}), HasSubstr("did you mean \"--explain\"?"));
  EXPECT_THAT(complaint({"bench", "rpc", "--relm", "r"}), HasSubstr("did you mean \"--realm\"?"));
  EXPECT_THAT(complaint({"--nonsense"}), StartsWith("wampd: unknown option \"--nonsense\"\n"));
}

TEST(CommandLine, NamesTheNearestCommand) {
  EXPECT_THAT(complaint({"chekc"}),
              StartsWith("wampd: unexpected argument \"chekc\"; did you mean \"check\"?\n"));
}

TEST(CommandLine, NamesTheWordsOfAnOption) {
  EXPECT_THAT(
      complaint({"--log-level", "debug"}),
      StartsWith("wampd: --log-level: expected \"error\", \"info\" or \"warning\", found \"debug\"\n"));
  EXPECT_THAT(complaint({"--log-level", "warn"}), HasSubstr("found \"warn\""));
  EXPECT_THAT(complaint({"--log-format", "jsno"}),
              HasSubstr("expected \"json\" or \"text\", found \"jsno\"; did you mean \"json\"?"));
  EXPECT_THAT(complaint({"check", "--match", "all"}),
              HasSubstr("--match: expected \"exact\", \"prefix\" or \"wildcard\", found \"all\""));
  EXPECT_THAT(complaint({"bench", "sonnet"}), HasSubstr("sonnet not in {rpc,pubsub,connect,idle}"));
}

TEST(CommandLine, TheBenchPrintsWhatTheRouterHasAnswered) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("wampd.jsonc")) << R"({
    "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]}],
    "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}]})";
  const Program program(folder.file("wampd.jsonc"));
  const std::string url = "ws://127.0.0.1:" + std::to_string(program.port()) + "/ws";
  for (const std::string serializer : {"msgpack", "json"}) {
    const Ended ended =
        run_program({"bench", "rpc", "--url", url, "--realm", "nope", "--serializer", serializer});
    EXPECT_EQ(ended.code, 6);
    EXPECT_THAT(
        ended.output,
        HasSubstr(
            R"(could not join: [3,{"message":"there is no realm \"nope\""},"wamp.error.no_such_realm"])"));
  }
}

TEST(CommandLine, TakesNoFileForACommandThatIsMisspelt) {
  EXPECT_THAT(complaint({"bnech"}),
              StartsWith("wampd: unexpected argument \"bnech\"; did you mean \"bench\"?"));
  const Ended no_file = run_program({"wampd.jsonc"});
  EXPECT_EQ(no_file.code, 1);
  EXPECT_THAT(no_file.output, StartsWith("wampd: wampd.jsonc: cannot read the configuration: No such file"));
}

TEST(CommandLine, RefusesWhatCannotBeTogether) {
  EXPECT_THAT(complaint({"a.jsonc", "--config", "b.jsonc"}),
              StartsWith("wampd: two configuration files: \"b.jsonc\" and \"a.jsonc\""));
  EXPECT_THAT(complaint({"a.jsonc", "--realm", "b"}), HasSubstr("and there is one: \"a.jsonc\""));
  EXPECT_THAT(complaint({"-c", "a.jsonc", "--ws", "127.0.0.1:0"}),
              HasSubstr("and there is one: \"a.jsonc\""));
  EXPECT_THAT(complaint({"--ws", "8080"}), StartsWith("wampd: --ws: expected an address such as"));
}

TEST(CommandLine, HelpAndVersionAreNoMistakes) {
  for (const std::string option : {"--help", "--version"}) EXPECT_EQ(run_program({option}).code, 0) << option;
  EXPECT_EQ(run_program({"--log-level", "error", "check"}).code, 0);
}

}  // namespace
}  // namespace router

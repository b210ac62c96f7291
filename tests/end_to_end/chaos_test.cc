// The real program with --chaos: what clients see of each fault, over WebSocket and RawSocket.
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* short_hello = R"([1,"realm1",{"roles":{"caller":{},"callee":{}}}])";

std::vector<std::string> with_chaos(const std::string& faults) {
  return {"--ephemeral", "--chaos", faults};
}

class Chaos : public testing::TestWithParam<Speech> {
 protected:
  static WampClient connect(const Program& router) { return {router.port(), GetParam()}; }
  static WampClient join(const Program& router) {
    WampClient client = connect(router);
    client.joins();
    return client;
  }
};

TEST_P(Chaos, ADroppedClientSeesTheEndOfItsConnectionAndNoWord) {
  Program router(with_chaos("drop=100%"));
  WampClient client = connect(router);
  client.says(short_hello);
  EXPECT_TRUE(client.raw().ended());
  EXPECT_THAT(router.log_until("chaos: "), HasSubstr("chaos: drop at message 1 from 127.0.0.1:"));
}

TEST_P(Chaos, AHalfOpenClientHearsNothingAndItsConnectionEndsWithIt) {
  Program router(with_chaos("half-open=100%"));
  WampClient client = connect(router);
  client.says(short_hello);
  EXPECT_THAT(router.log_until("chaos: "), HasSubstr("chaos: half-open at message 1 from 127.0.0.1:"));
  if (GetParam().carrier == Carrier::websocket) client.raw().send_frame(test_support::opcode::ping, "alive?");
  client.raw().shut_down_sending();
  EXPECT_TRUE(client.raw().ended()) << "not even a pong";
}

TEST_P(Chaos, ASlowedClientHearsEverythingInOrder) {
  Program router(with_chaos("slow=100%"));
  WampClient client = join(router);
  constexpr int calls = 10;  // of more lines some would be left out of the log
  for (int number = 1; number <= calls; ++number)
    client.says("[48," + std::to_string(number) + R"(,{},"wamp.session.count"])");
  for (int number = 1; number <= calls; ++number)
    EXPECT_THAT(client.hears(), StartsWith("[50," + std::to_string(number) + ","));
  EXPECT_THAT(router.log_until("chaos: slow at message 11 to 127.0.0.1:"), Not(HasSubstr("from")));
}

TEST_P(Chaos, ACalleeIsKilledInThePlaceOfItsAnswerAndItsCallerIsTold) {
  Program router(with_chaos("kill-mid-call=100%"));
  WampClient callee = join(router), caller = join(router);
  callee.says(R"([64,1,{},"com.a"])");
  EXPECT_THAT(callee.hears(), StartsWith("[65,1,"));
  caller.says(R"([48,1,{},"com.a"])");
  EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  callee.says("[70,1,{}]");
  EXPECT_EQ(callee.hears(), R"([6,{"message":"chaos: kill-mid-call"},"wamp.close.killed"])");
  EXPECT_THAT(caller.hears(), MatchesRegex(R"(\[8,48,1,\{.*\},"wamp\.error\.canceled".*)"));
  // It may come back over the same connection.
  callee.says(R"([6,{},"wamp.close.goodbye_and_out"])");
  callee.joins();
}

INSTANTIATE_TEST_SUITE_P(All, Chaos,
                         testing::Values(Speech(Format::json), Speech(Format::msgpack, Carrier::rawsocket)),
                         [](const auto& info) { return info.param.name(); });

// How many answers clients hear, one after the other, until they are dropped.
std::vector<int> answers(const std::string& faults) {
  const Program router(with_chaos(faults));
  std::vector<int> counts;
  for (int number = 0; number < 5; ++number) {
    WampClient client(router.port(), Format::json);
    int count = 0;
    try {
      client.says(short_hello);
      for (;; ++count) {
        client.hears();
        client.says("[48," + std::to_string(count + 1) + R"(,{},"wamp.session.count"])");
      }
    } catch (const std::runtime_error&) {
      counts.push_back(count);
    }
  }
  return counts;
}

TEST(ChaosProgram, TheSameSeedBringsTheSameFaults) {
  const std::vector<int> first = answers("drop=10%,seed=42");
  EXPECT_EQ(answers("drop=10%,seed=42"), first);
  EXPECT_NE(answers("drop=10%,seed=43"), first);
}

TEST(ChaosProgram, SaysThatItIsOnWithItsSeed) {
  EXPECT_THAT(Program(with_chaos("drop=1%,seed=42")).beginning(),
              HasSubstr("warning chaos is on: drop=1%,seed=42\n"));
  EXPECT_THAT(Program(with_chaos("slow=0.5%")).beginning(),
              testing::ContainsRegex("warning chaos is on: slow=0.5%,seed=[0-9]+\n"));
  EXPECT_THAT(Program(std::vector<std::string>{"--ephemeral"}).beginning(), Not(HasSubstr("chaos")));
}

TEST(ChaosProgram, IsRefusedWithAConfigurationFile) {
  const test_support::TemporaryFolder folder;
  const std::string file = folder.file("wampd.jsonc");
  std::ofstream(file) << "{}";
  const auto complaint = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--chaos", "drop=1%"});
    const Ended ended = run_program(arguments, file);
    EXPECT_EQ(ended.code, 2);
    return ended.output;
  };
  const std::string why =
      "wampd: --chaos is for a router without a configuration file, so that it never meets people, and there "
      "is one: \"";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{file}, {"-c", file}, {"--ephemeral", "--config", file}, {"check", file}})
    EXPECT_THAT(complaint(arguments), StartsWith(why + file + "\"\n"));
  EXPECT_THAT(complaint({"--config", "-"}), StartsWith(why + "-\"\n"));
  setenv("WAMPD_CONFIG", file.c_str(), 1);
  EXPECT_THAT(complaint({}), StartsWith(why + file + "\"\n"));
  unsetenv("WAMPD_CONFIG");
}

TEST(ChaosProgram, NamesTheWordsThatItExpects) {
  const Ended ended = run_program({"--ephemeral", "--chaos", "dorp=1%"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.output,
              StartsWith("wampd: --chaos: expected \"drop\", \"slow\", \"half-open\", "
                         "\"kill-mid-call\" or \"seed\", found \"dorp\"; did you mean \"drop\"?\n"));
  EXPECT_THAT(
      run_program({"--chaos", "drop=1"}).output,
      StartsWith("wampd: --chaos: drop: expected a percentage from 0% to 100%, such as 1%, found \"1\"\n"));
}

}  // namespace
}  // namespace router

// Commands that --exec runs.
#include "client/command/child/child.h"

#include <filesystem>
#include <functional>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/command/child/child_pool.h"
#include "client/command/child/payload_command.h"
#include "tests/support/temporary_folder.h"

namespace client::command {
namespace {

class ACommand : public testing::Test {
 protected:
  ChildEnd run(const ChildCommand& command) {
    std::optional<ChildEnd> result;
    const Child child(loop_, command, [&](ChildEnd end) {
      result = std::move(end);
      loop_.stop();
    });
    loop_.run();
    return *result;
  }
  std::string answer(const ChildCommand& command) {
    const Answer answer = answer_of(run(command));
    if (const auto* const payload = std::get_if<Payload>(&answer)) {
      const auto json = payload->to_json();
      return json.args + json.kwargs;
    }
    return std::get<std::string>(answer);
  }

  Loop loop_;
};

TEST_F(ACommand, ReadsTheArgumentsAndPrintsTheAnswer) {
  const Payload payload({1, "two"}, {{"a", 3}});
  EXPECT_EQ(answer(command_for("cat", payload, {})), R"([1,"two"]{"a":3})");
  EXPECT_EQ(answer(command_for("echo \"$WAMP_ARGS_JSON $WAMP_KWARGS_JSON $WAMP_TOPIC\"", payload,
                               {{"WAMP_TOPIC", "t"}})),
            R"(["[1,\"two\"] {\"a\":3} t"]{})");
  EXPECT_EQ(answer(command_for("true", payload, {})), "[]{}");
}

TEST_F(ACommand, MayHaveMoreToReadThanAPipeTakes) {
  const Payload payload({std::string(3 << 20, 'x')});
  EXPECT_EQ(answer(command_for("sleep 0.05; wc -c", payload, {})),
            "[" + std::to_string((3 << 20) + 26) + "]{}");
  EXPECT_EQ(answer(command_for("echo ${WAMP_ARGS_JSON-none}", payload, {})), R"(["none"]{})");
  EXPECT_EQ(answer(command_for("true", payload, {})), "[]{}");
}

TEST_F(ACommand, ThatFailsAnswersWithWhatItSaysOfIt) {
  EXPECT_EQ(answer({.line = "echo result; echo no such thing >&2; exit 3", .input = ""}), "no such thing");
  EXPECT_EQ(answer({.line = "exit 3", .input = ""}), "the command has ended with status 3");
  EXPECT_EQ(answer({.line = "kill -9 $$", .input = ""}), "the command has ended with status 137");
  EXPECT_EQ(answer({.line = "printf '\\377'", .input = ""}),
            R"(the argument "\u00ff" is not UTF-8, as strings of WAMP are)");
}

TEST_F(ACommand, ThatPrintsTooMuchIsKilled) {
  const ChildEnd end = run({.line = "yes", .input = "", .environment = {}, .max_output = 100000});
  EXPECT_TRUE(end.said_too_much);
  EXPECT_EQ(end.output.size(), 100000U);
  EXPECT_FALSE(end.is_success());
}

TEST_F(ACommand, DoesNotWaitForWhatItLeavesBehind) {
  EXPECT_EQ(answer({.line = "sleep 600 & echo $!; exec 2>&-", .input = ""}).substr(0, 1), "[");
}

TEST_F(ACommand, IsKilledWithAllThatItHasStarted) {
  const test_support::TemporaryFolder folder;
  const std::string begun = folder.file("begun");
  std::optional<ChildEnd> result;
  Child child(loop_,
              {.line = "trap '' TERM; (touch " + begun + "; sleep 600)",
               .input = "",
               .environment = {},
               .patience = std::chrono::milliseconds(20)},
              [&](ChildEnd end) {
                result = std::move(end);
                loop_.stop();
              });
  const std::function<void()> kill_when_begun = [&] {
    if (std::filesystem::exists(begun)) return child.kill();
    loop_.after(std::chrono::milliseconds(1), kill_when_begun);
  };
  loop_.post(kill_when_begun);
  loop_.run();
  EXPECT_EQ(result->status, 137);
}

class APool : public ACommand {};

TEST_F(APool, RunsSoManyAtATimeAndInOrder) {
  ChildPool pool(loop_, 2, {});
  std::vector<std::string> outputs;
  size_t most = 0;
  for (const std::string word : {"a", "b", "c", "d", "e"})
    EXPECT_NE(pool.run({.line = "printf " + word, .input = ""},
                       [&](ChildEnd end) {
                         outputs.push_back(end.output);
                         most = std::max(most, pool.running());
                         if (outputs.size() == 5) loop_.stop();
                       }),
              ChildPool::none);
  EXPECT_EQ(pool.running(), 2U);
  EXPECT_EQ(pool.waiting(), 3U);
  loop_.run();
  EXPECT_THAT(outputs, testing::UnorderedElementsAre("a", "b", "c", "d", "e"));
  EXPECT_LE(most, 2U);
  EXPECT_TRUE(pool.is_idle());
}

TEST_F(APool, RefusesMoreThanMayWait) {
  ChildPool pool(loop_, 1, {.waiting = 1});
  EXPECT_NE(pool.run({.line = "sleep 600", .input = ""}, {}), ChildPool::none);
  EXPECT_NE(pool.run({.line = "true", .input = ""}, {}), ChildPool::none);
  EXPECT_EQ(pool.run({.line = "true", .input = ""}, {}), ChildPool::none);
}

TEST_F(APool, RefusesWhatWaitsWithMoreThanSoManyBytes) {
  ChildPool pool(loop_, 1, {.waiting_bytes = 1000});
  const std::string half(500, 'x');
  pool.run({.line = "sleep 600", .input = half}, {});
  const auto first = pool.run({.line = "true", .input = half}, [](const ChildEnd&) {});
  EXPECT_NE(pool.run({.line = "true", .input = "", .environment = {{"A", half}}}, {}), ChildPool::none);
  EXPECT_EQ(pool.run({.line = "true", .input = ""}, {}), ChildPool::none);
  EXPECT_EQ(pool.waiting_text(), "2 wait already, with 1001 bytes to read");
  pool.cancel(first);
  EXPECT_NE(pool.run({.line = "true", .input = half}, {}), ChildPool::none);
}

TEST_F(APool, TellsWhyACommandCannotBeStarted) {
  ChildPool pool(loop_, 1, {});
  std::optional<ChildEnd> result;
  pool.run({.line = "true", .input = "", .environment = {{"A", std::string(200 << 10, 'x')}}},
           [&](ChildEnd end) {
             result = std::move(end);
             loop_.stop();
           });
  loop_.run();
  EXPECT_EQ(result->status, 126);
  EXPECT_EQ(result->errors, "cannot start a command: Argument list too long");
  EXPECT_TRUE(pool.is_idle());
}

TEST_F(APool, EndsTheOnesThatAreCanceled) {
  ChildPool pool(loop_, 1, {});
  std::vector<int> statuses;
  const auto take = [&](const ChildEnd& end) {
    statuses.push_back(end.status);
    if (statuses.size() == 2) loop_.stop();
  };
  pool.run({.line = "sleep 600", .input = ""}, take);
  pool.run({.line = "true", .input = ""}, take);
  pool.cancel_all();
  loop_.run();
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(130, 128 + SIGTERM));
}

}  // namespace
}  // namespace client::command

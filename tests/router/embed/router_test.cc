// Routers in this process, as programs have them that include router.h, and sessions of the client library.
#include "router/embed/router.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/base/log.h"
#include "tests/client/client_fixture.h"
#include "tests/support/temporary_folder.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr auto open_realm = R"("realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
  {"uri": "", "match": "prefix", "allow": {"call": true, "register": true, "publish": true, "subscribe": true}}]}]}])";

// One WebSocket transport on that port.
std::string configuration(const std::string& more, uint16_t port = 0) {
  return "{" + more + std::string(open_realm) +
         R"(, "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": )" +
         std::to_string(port) + "}}]}";
}

template <class Error>
std::string refusal(const RouterOptions& options) {
  try {
    Router router(options);
    return "accepted";
  } catch (const Error& error) {
    return error.what();
  }
}

// A session's connection ends with its loop at the latest, which goes before the router in each test: else
// that would wait for it.
class EmbeddedRouter : public testing::Test {
 protected:
  EmbeddedRouter() { log_to(LogLevel::warning, {}); }
  ~EmbeddedRouter() override { log_to(LogLevel::info, {}); }  // as other tests expect it

  static client::Options to(const std::string& url) {
    client::Options options;
    options.url = url;
    return options;
  }
  static void answers(client::Visitor& callee, const std::string& procedure, int64_t answer) {
    callee.registers(procedure,
                     [answer](client::Invocation call) { call.result(client::Payload({answer})); });
  }
  static std::string asks(client::Visitor& caller, const std::string& procedure) {
    const client::Reply reply = caller.calls(procedure);
    return reply.is_error() ? reply.error.uri : reply.payload.to_json().args;
  }
};

TEST_F(EmbeddedRouter, ListensOnAFreePortAndTellsItsUrls) {
  const Router router;
  EXPECT_THAT(router.url(), MatchesRegex("ws://127.0.0.1:[1-9][0-9]*/ws"));
  EXPECT_THAT(router.url("rawsocket"), MatchesRegex("rs://127.0.0.1:[1-9][0-9]*"));
  EXPECT_EQ(router.urls().front().url, router.url());
  EXPECT_THROW(router.url("longpoll"), std::out_of_range);
  client::ClientLoop loop;
  for (const std::string& url : {router.url(), router.url("rawsocket")}) {
    client::Visitor visitor(loop, to(url));
    answers(visitor.joins(), "com.answer", 42);
    EXPECT_EQ(asks(visitor, "com.answer"), "[42]");
  }
}

TEST_F(EmbeddedRouter, ServesRealmsOverSeveralAddresses) {
  const test_support::TemporaryFolder folder;
  const std::string socket = folder.file("wampd.sock");
  const Router router({.addresses = {"unix:" + socket, "127.0.0.1:0"}, .realms = {"com.one", "com.two"}});
  EXPECT_EQ(router.url(), "ws+unix://" + socket + ":/ws");
  client::ClientLoop loop;
  client::Options options = to(router.url());
  options.realm = "com.two";
  client::Visitor visitor(loop, options);
  EXPECT_EQ(visitor.joins().joined->realm, "com.two");
}

TEST_F(EmbeddedRouter, ServesWhatAConfigurationSays) {
  const Router router({.configuration = configuration("// in words\n")});
  EXPECT_THAT(router.url(), MatchesRegex("ws://127.0.0.1:[1-9][0-9]*/"));
  client::ClientLoop loop;
  client::Visitor visitor(loop, to(router.url()));
  visitor.joins();
}

TEST_F(EmbeddedRouter, SaysAllThatIsWrongInAConfigurationAndWhere) {
  EXPECT_EQ(refusal<std::invalid_argument>({.configuration = "{\n\"realms\": [],\n\"transport\": []}"}),
            "configuration:2:11: at $.realms: must not be empty\n"
            "configuration:3:1: at $: unknown key \"transport\"; did you mean \"transports\"?");
}

TEST_F(EmbeddedRouter, SaysWhichOptionIsWrong) {
  EXPECT_THAT(refusal<std::invalid_argument>({.addresses = {"nowhere"}}),
              AllOf(StartsWith("RouterOptions::addresses: expected an address"), HasSubstr("\"nowhere\"")));
  EXPECT_EQ(refusal<std::invalid_argument>({.realms = {"a b"}}),
            "RouterOptions::realms: \"a b\" is not a valid URI");
  EXPECT_EQ(refusal<std::invalid_argument>({.addresses = {}}),
            "RouterOptions::addresses: expected at least one");
  EXPECT_EQ(refusal<std::invalid_argument>({.realms = {}}), "RouterOptions::realms: expected at least one");
}

TEST_F(EmbeddedRouter, NamesAnAddressThatIsTaken) {
  const Router first;
  const std::string url = first.url("rawsocket"), address = url.substr(url.rfind('/') + 1);
  const std::string taken = "cannot listen on " + address + ": Address already in use (";
  EXPECT_THAT(refusal<std::runtime_error>({.addresses = {address}}),
              StartsWith(taken + "RouterOptions::addresses)"));
  const auto port = static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
  EXPECT_THAT(refusal<std::runtime_error>({.configuration = configuration("", port)}),
              StartsWith(taken + "configuration:"));
}

TEST_F(EmbeddedRouter, KnowsNothingOfAnotherOneInTheProcess) {
  const Router first, second;
  client::ClientLoop loop;
  client::Visitor of_first(loop, to(first.url())), of_second(loop, to(second.url()));
  answers(of_first.joins(), "com.first", 1);
  answers(of_second.joins(), "com.second", 2);
  EXPECT_EQ(asks(of_first, "com.first"), "[1]");
  EXPECT_EQ(asks(of_second, "com.second"), "[2]");
  EXPECT_EQ(asks(of_second, "com.first"), wamp::error_uri::no_such_procedure);
}

TEST_F(EmbeddedRouter, ServesTheSameAddressAgain) {
  std::string address = "127.0.0.1:0";
  for (int round = 0; round < 3; ++round) {
    Router router({.addresses = {address}});
    address = router.url().substr(5, router.url().rfind('/') - 5);
    {
      client::ClientLoop loop;
      client::Visitor visitor(loop, to(router.url()));
      answers(visitor.joins(), "com.round", round);
      EXPECT_EQ(asks(visitor, "com.round"), "[" + std::to_string(round) + "]");
    }
    if (round == 0) router.stop();
  }
}

TEST_F(EmbeddedRouter, EndsWithGoodbyeWhenTheCallsUnderWayAreDone) {
  Router router({.configuration = configuration(R"("drain": {"window_ms": 0, "deadline_ms": 60000}, )")});
  client::ClientLoop loop;
  client::Visitor callee(loop, to(router.url())), caller(loop, to(router.url()));
  std::optional<client::Invocation> invocation;
  callee.joins().registers("com.slow", [&](client::Invocation call) { invocation.emplace(std::move(call)); });
  std::string answer;
  caller.joins().session.call("com.slow", {}, {},
                              [&](const client::Reply& reply) { answer = reply.payload.to_json().args; });
  loop.until([&] { return invocation.has_value(); });

  std::jthread stopping([&] { router.stop(); });
  while (asks(caller, "com.none") != wamp::error_uri::unavailable) {
  }
  EXPECT_EQ(answer, "");
  invocation->result(client::Payload({7}));
  loop.until([&] { return caller.end && callee.end; });
  stopping.join();
  EXPECT_EQ(answer, "[7]");
  EXPECT_EQ(caller.end->kind, client::EndKind::goodbye);
  EXPECT_EQ(callee.end->reason, wamp::close_uri::system_shutdown);
  client::Visitor late(loop, to(router.url()));
  EXPECT_EQ(late.ends().kind, client::EndKind::cannot_connect);
}

TEST_F(EmbeddedRouter, IsDestroyedWhileCallsAreUnderWay) {
  auto router = std::make_unique<Router>(
      RouterOptions{.configuration = configuration(R"("drain": {"window_ms": 0, "deadline_ms": 0}, )")});
  constexpr int many = 100;
  std::atomic<int> answered = 0;
  auto clients = std::async(std::launch::async, [&answered, url = router->url()] {
    client::ClientLoop its_loop;
    client::Visitor callee(its_loop, to(url)), caller(its_loop, to(url));
    answers(callee.joins(), "com.quick", 1);
    callee.registers("com.never", [kept = std::vector<client::Invocation>()](
                                      client::Invocation call) mutable { kept.push_back(std::move(call)); });
    const std::function<void(const client::Reply&)> again = [&](const client::Reply& reply) {
      if (reply.is_error()) return;
      caller.session.call("com.quick", {}, {}, again);
      if (++answered <= many) caller.session.call("com.never", {}, {}, {});
    };
    for (int i = 0; i < 10; ++i) caller.joins().session.call("com.quick", {}, {}, again);
    its_loop.until([&] { return caller.end && callee.end; });
  });
  while (answered < many && clients.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    std::this_thread::yield();
  router.reset();
  clients.get();  // throws what went wrong there
}

// Of all threads of this process.
std::set<std::string> threads() {
  std::set<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
    folders.insert(entry.path());
  return folders;
}

// In hexadecimal, with the signals that the thread does not get.
uint64_t blocked_by(const std::string& thread) {
  std::ifstream status(thread + "/status");
  for (std::string word; status >> word;)
    if (word == "SigBlk:" && status >> word) return std::stoull(word, nullptr, 16);
  return 0;
}

TEST_F(EmbeddedRouter, LeavesTheSignalsToTheProgram) {
  const auto bit = [](int signal) { return uint64_t{1} << (signal - 1); };
  const std::set<std::string> before = threads();
  const uint64_t own = blocked_by("/proc/thread-self");
  const Router router;
  int its_own = 0;
  for (const std::string& thread : threads())
    if (!before.contains(thread)) {
      ++its_own;
      EXPECT_TRUE(blocked_by(thread) & bit(SIGTERM)) << thread;
      EXPECT_TRUE(blocked_by(thread) & bit(SIGCHLD)) << thread;
      // Else a fault of its own would end the program without its handler. All are blocked while it begins.
      while (blocked_by(thread) & bit(SIGSEGV)) std::this_thread::yield();
    }
  EXPECT_GT(its_own, 0);
  EXPECT_EQ(blocked_by("/proc/thread-self"), own);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2, SIGPIPE, SIGXFSZ}) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    EXPECT_EQ(action.sa_handler, SIG_DFL) << signal;
  }
}

// Of a session that joins there is a line of information, of the configuration a warning.
void let_somebody_join_a_router_with_a_notice() {
  const std::string own = configuration("");
  const Router router(
      {.configuration = R"({"version": 2, "controller": {"options": {}}, "workers": [{"type": "router", )" +
                        own.substr(1) + "]}"});
  client::ClientLoop loop;
  client::Options options;
  options.url = router.url();
  client::Visitor visitor(loop, options);
  visitor.joins();
}
constexpr auto notice = "configuration:1:", line_of_join = "joined realm \"realm1\"";

TEST_F(EmbeddedRouter, LogsWhereAndFromWhichLevelTheProgramWants) {
  std::mutex mutex;
  std::string lines;
  const auto take = [&](LogLevel level, std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.append(level == LogLevel::warning ? "warning: " : "").append(line).append("\n");
  };
  testing::internal::CaptureStderr();
  log_to(LogLevel::info, take);
  let_somebody_join_a_router_with_a_notice();
  EXPECT_THAT(lines, AllOf(HasSubstr("warning: " + std::string(notice)), HasSubstr(line_of_join)));
  lines.clear();
  log_to(LogLevel::warning, take);
  let_somebody_join_a_router_with_a_notice();
  EXPECT_THAT(lines, AllOf(HasSubstr(notice), Not(HasSubstr(line_of_join))));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  lines.clear();

  testing::internal::CaptureStderr();
  log_to(LogLevel::info, {});
  let_somebody_join_a_router_with_a_notice();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), AllOf(HasSubstr(notice), HasSubstr(line_of_join)));
  EXPECT_EQ(lines, "");
}

// In a process of its own, in which nobody has said so far where lines go.
TEST(EmbeddedRouterDeathTest, LogsWarningsOnlyIfNobodySaysWhatItShall) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        let_somebody_join_a_router_with_a_notice();
        std::exit(0);
      },
      testing::ExitedWithCode(0), AllOf(HasSubstr(notice), Not(HasSubstr(line_of_join))));
}

}  // namespace
}  // namespace router

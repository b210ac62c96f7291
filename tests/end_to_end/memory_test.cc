// The built program with little memory, under a flood for readers that do not read.
#include <algorithm>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using testing::StartsWith;

constexpr uint64_t mib = 1024 * 1024;
constexpr uint64_t memory_limit = 128 * mib;
constexpr size_t stuck_count = 30;  // of which each may have 16 MiB waiting: several times the limit

std::string with_memory(const std::string& memory) {
  return R"({"workers": 2, "memory": )" + memory + R"(,
    "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
      {"uri": "*", "allow": {"call": true, "register": true, "publish": true, "subscribe": true}}]}]}],
    "transports": [{"type": "universal", "endpoint": {"type": "tcp", "port": 0}, "rawsocket": {},
      "websocket": {"ws": {"type": "websocket"}}}]})";
}

uint64_t resident_bytes(pid_t process) {
  uint64_t addresses = 0, resident = 0;
  std::ifstream("/proc/" + std::to_string(process) + "/statm") >> addresses >> resident;
  return resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

class AProgramWithLittleMemory : public testing::Test {
 protected:
  void SetUp() override {
#ifdef WAMPD_SANITIZED
    GTEST_SKIP() << "the sanitizers take several times the memory, and keep what was freed";
#endif
  }
  void start(const std::string& memory, const std::vector<std::string>& arguments = {}) {
    const std::string file = folder_.file("wampd.jsonc");
    std::ofstream(file) << with_memory(memory);
    program = std::make_unique<Program>(file, arguments);
  }
  WampClient join() const {
    WampClient client(program->port(), Format::json);
    client.joins();
    return client;
  }
  // Each is the only receiver of its events, so nothing that waits is shared.
  void fill_with_stuck_readers() {
    for (size_t i = 0; i < stuck_count; ++i) {
      stuck.push_back(join());
      stuck.back().raw().limit_receive_buffer(65'536);
      stuck.back().says("[32,1,{},\"com.stuck" + std::to_string(i) + "\"]");
      stuck.back().hears();
    }
  }
  // Until somebody is disconnected. No message is large.
  void flood(WampClient& publisher) {
    constexpr size_t max_rounds = 300;  // enough to fill all sockets and queues
    const std::string payload(60'000, 'x');
    const auto is_reset = [](WampClient& client) { return client.raw().is_reset(); };
    for (size_t round = 0; round < max_rounds && std::none_of(stuck.begin(), stuck.end(), is_reset); ++round)
      for (size_t i = 0; i < stuck_count; ++i) {
        publisher.says("[16," + std::to_string(++requests_) + ",{},\"com.stuck" + std::to_string(i) +
                       "\",[\"" + payload + "\"]]");
        most_resident = std::max(most_resident, resident_bytes(program->pid()));
      }
  }
  // All that was said before has been dealt with; whether it was refused does not matter.
  void settle(WampClient& publisher) {
    publisher.says("[48," + std::to_string(++requests_) + ",{},\"com.nobody\"]");
    EXPECT_THAT(publisher.hears(), StartsWith("[8,48,"));
  }
  void expect_survival() {
    WampClient publisher = join(), reader = join();
    reader.says(R"([32,1,{},"com.well"])");
    reader.hears();
    fill_with_stuck_readers();
    flood(publisher);
    program->log_until("the router is short of memory");
    settle(publisher);
    publisher.says("[16," + std::to_string(++requests_) + R"(,{},"com.well",["hello"]])");
    EXPECT_THAT(reader.hears(), testing::HasSubstr("hello"));
    // When the rest of the stuck ones has gone there is enough for all again.
    stuck.clear();
    program->log_until("there is enough memory again");
    WampClient late = join();
    late.says(R"([32,1,{},"com.well"])");
    EXPECT_THAT(late.hears(), StartsWith("[33,1,"));
    EXPECT_EQ(::kill(program->pid(), 0), 0);
  }

  test_support::TemporaryFolder folder_;
  std::unique_ptr<Program> program;
  std::vector<WampClient> stuck;
  uint64_t most_resident = 0;

 private:
  size_t requests_ = 0;
};

TEST_F(AProgramWithLittleMemory, EndsThoseForWhomMostWaits) {
  start("{\"limit_bytes\": " + std::to_string(memory_limit) + "}");
  expect_survival();
  EXPECT_LT(most_resident, memory_limit);
}

TEST_F(AProgramWithLittleMemory, BoundsWhatWaitsAlone) {
  start("{\"max_buffered_bytes\": " + std::to_string(memory_limit / 2) + "}");
  expect_survival();
  EXPECT_LT(most_resident, memory_limit);
}

TEST_F(AProgramWithLittleMemory, ASubscriberThatStopsReadingTakesWhatItsBudgetSays) {
  constexpr uint64_t budget = 16 * mib;  // the default of max_queued_bytes
  // With one worker nothing else is on its way, from worker to worker.
  start("{}", {"--workers", "1"});
  WampClient publisher = join();
  stuck.push_back(join());
  stuck.front().says(R"([32,1,{},"com.topic"])");
  stuck.front().hears();
  const uint64_t before = resident_bytes(program->pid());
  const std::string rest = R"(,{},"com.topic",[")" + std::string(1000, 'x') + R"("]])";
  for (size_t i = 1; i <= 60'000; ++i) {
    publisher.says("[16," + std::to_string(i) + rest);
    if (i % 500 == 0) most_resident = std::max(most_resident, resident_bytes(program->pid()));
  }
  EXPECT_LT(most_resident - before, budget + budget / 4);
  EXPECT_GT(most_resident - before, budget * 3 / 4) << "it has been filled";
}

// As set for the program by who starts it.
class KernelLimit {
 public:
  KernelLimit(decltype(RLIMIT_DATA) resource, rlim_t bytes) : resource_(resource) {
    ::getrlimit(resource_, &before_);
    const rlimit narrow{bytes, before_.rlim_max};
    ::setrlimit(resource_, &narrow);
  }
  ~KernelLimit() { ::setrlimit(resource_, &before_); }

 private:
  const decltype(RLIMIT_DATA) resource_;
  rlimit before_{};
};

TEST_F(AProgramWithLittleMemory, KnowsTheLimitThatItWasStartedWith) {
  {
    const KernelLimit narrow(RLIMIT_DATA, memory_limit / 80 * 100);
    start("{}");
  }
  expect_survival();
  EXPECT_LT(most_resident, memory_limit);
}

class AProgramWithLittleAddressSpace : public AProgramWithLittleMemory {
 protected:
  void SetUp() override {
    AProgramWithLittleMemory::SetUp();
    if (IsSkipped()) return;
    const KernelLimit narrow(RLIMIT_AS, 600 * mib);
    start("{\"limit_bytes\": " + std::to_string(10'000 * mib) + "}");
  }
  // 15 MB of a longer message, by each. Nobody waits until the router has looked how much there is.
  void all_begin(const std::string& message) {
    for (WampClient& client : stuck) {
      try {
        client.raw().send(std::string_view(message).substr(0, 15'000'000));
      } catch (const std::exception&) {
      }
    }
  }
  void expect_survival_of_that() {
    stuck.clear();
    EXPECT_EQ(::kill(program->pid(), 0), 0);
    WampClient late = join();
    late.says(R"([32,1,{},"com.well"])");
    EXPECT_THAT(late.hears(), StartsWith("[33,1,"));
  }
  const std::string message =
      test_support::frame_bytes(test_support::opcode::text, std::string(16'000'000, 'x'));
};

TEST_F(AProgramWithLittleAddressSpace, OutlivesUnfinishedHellos) {
  for (size_t i = 0; i < 60; ++i) stuck.emplace_back(program->port(), Format::json);
  all_begin(message);
  expect_survival_of_that();
}

TEST_F(AProgramWithLittleAddressSpace, OutlivesUnfinishedMessages) {
  for (size_t i = 0; i < 60; ++i) stuck.push_back(join());
  all_begin(message);
  expect_survival_of_that();
}

// ---- attacks, each of a kind of its own; two others call each other meanwhile

constexpr uint64_t attacked_limit = 80 * mib;
// The router looks at itself ten times a second.
constexpr uint64_t most_between_two_looks = 20 * mib;

class AttacksOnItsMemory : public AProgramWithLittleMemory {
 protected:
  void SetUp() override {
    AProgramWithLittleMemory::SetUp();
    if (IsSkipped()) return;
    start("{\"limit_bytes\": " + std::to_string(attacked_limit) + "}");
    callee.emplace(join());
    callee->says(R"([64,1,{},"com.innocent"])");
    callee->hears();
    caller.emplace(join());
    expect_innocents_well();
  }
  void expect_innocents_well() {
    const std::string request = std::to_string(++innocent_requests_);
    caller->says("[48," + request + R"(,{},"com.innocent",["hello"]])");
    const std::string invocation = callee->hears();
    ASSERT_THAT(invocation, StartsWith("[68,"));
    callee->says("[70," + invocation.substr(4, invocation.find(',', 4) - 4) + R"(,{},["hello"]])");
    EXPECT_EQ(caller->hears(), "[50," + request + R"(,{},["hello"]])");
  }
  // It reads them when all is over.
  void publish_for_slow_subscriber() {
    slow.emplace(join());
    slow->says(R"([32,1,{},"com.news"])");
    slow->hears();
    for (size_t i = 0; i < events_for_slow; ++i)
      caller->says("[16," + std::to_string(++innocent_requests_) + R"(,{},"com.news",[")" +
                   std::string(50'000, 'x') + R"("]])");
    expect_innocents_well();
  }
  void expect_that_slow_subscriber_stays() {
    for (size_t i = 0; i < events_for_slow; ++i) EXPECT_THAT(slow->hears(), StartsWith("[36,"));
  }
  // say(client, round): what each says again and again, even if others have been ended.
  template <class Say>
  void attack(size_t rounds, Say say) {
    for (size_t round = 0; round < rounds; ++round) {
      for (WampClient& client : stuck) {
        try {
          say(client, round);
        } catch (const std::exception&) {
        }
      }
      most_resident = std::max(most_resident, resident_bytes(program->pid()));
      expect_innocents_well();
    }
  }
  void attackers_join(size_t count) {
    for (size_t i = 0; i < count; ++i) stuck.push_back(join());
  }
  void expect_that_attackers_are_ended() { program->log_until("bytes are held for this connection"); }
  void expect_all_well_afterwards() {
    EXPECT_LT(most_resident, attacked_limit + most_between_two_looks);
    expect_innocents_well();
    stuck.clear();
    WampClient late = join();
    late.says(R"([32,1,{},"com.well"])");
    EXPECT_THAT(late.hears(), StartsWith("[33,1,"));
    EXPECT_EQ(::kill(program->pid(), 0), 0);
  }

  std::optional<WampClient> callee, caller, slow;

 private:
  static constexpr size_t events_for_slow = 100;  // more than the kernel takes
  size_t innocent_requests_ = 0;
};

TEST_F(AttacksOnItsMemory, ByCallsThatWaitForACalleeEndTheirCallersAndNotASlowSubscriber) {
  publish_for_slow_subscriber();
  attackers_join(5);
  WampClient busy = join();
  busy.says(R"([64,1,{"concurrency":1},"com.busy"])");
  busy.hears();
  const std::string rest = R"(,{},"com.busy",[")" + std::string(60'000, 'x') + R"("]])";
  attack(190,
         [&](WampClient& client, size_t round) { client.says("[48," + std::to_string(round + 1) + rest); });
  expect_that_attackers_are_ended();
  expect_that_slow_subscriber_stays();
  expect_all_well_afterwards();
}

TEST_F(AttacksOnItsMemory, ByTestamentsEndTheirSessions) {
  attackers_join(10);
  const std::string rest =
      R"(,{},"wamp.session.add_testament",["com.gone",[")" + std::string(60'000, 'x') + R"("],{}]])";
  attack(95,
         [&](WampClient& client, size_t round) { client.says("[48," + std::to_string(round + 1) + rest); });
  expect_that_attackers_are_ended();
  expect_all_well_afterwards();
}

TEST_F(AttacksOnItsMemory, ByUnfinishedMessagesEndTheirConnections) {
  attackers_join(10);
  const std::string header =
      test_support::frame_bytes(test_support::opcode::text, std::string(10'000'000, 'x')).substr(0, 100);
  for (WampClient& client : stuck) client.raw().send(header);
  const std::string part(300'000, 'x');
  attack(30, [&](WampClient& client, size_t) { client.raw().send(part); });
  expect_that_attackers_are_ended();
  expect_all_well_afterwards();
}

// Whatever the parts of a message that is not whole are kept in, they count as buffered.
TEST_F(AProgramWithLittleMemory, BoundsUnfinishedMessagesOfEveryKindAlone) {
  const std::string rawsocket_message("\x00\xFF\xFF\xFF", 4), rawsocket_ping("\x01\xFF\xFF\xFF", 4);
  const std::string part(500'000, 'x');
  for (const std::string& header : {rawsocket_message, rawsocket_ping, std::string()}) {
    stuck.clear();
    start("{\"max_buffered_bytes\": " + std::to_string(memory_limit / 2) + "}");
    const bool is_fragmented = header.empty();
    for (size_t i = 0; i < 10; ++i) {
      const Carrier carrier = is_fragmented ? Carrier::websocket : Carrier::rawsocket;
      stuck.emplace_back(program->port(), Speech(Format::json, carrier));
      stuck.back().joins();
      stuck.back().raw().send(header);
    }
    for (size_t round = 0; round < 30; ++round)
      for (WampClient& client : stuck) {
        const auto opcode = round == 0 ? test_support::opcode::text : test_support::opcode::continuation;
        try {
          client.raw().send(is_fragmented ? test_support::frame_bytes(opcode, part, {.fin = false}) : part);
        } catch (const std::exception&) {
        }
      }
    program->log_until("short");  // or very short at once
  }
}

TEST_F(AttacksOnItsMemory, BeforeTheyAreKnownGetNowhere) {
  for (size_t i = 0; i < 60; ++i) stuck.emplace_back(program->port(), Format::json);
  const std::string hello = test_support::frame_bytes(
      test_support::opcode::text, "[1,\"realm1\",{\"x\":\"" + std::string(15'000'000, 'x'));
  attack(2, [&](WampClient& client, size_t round) {
    client.raw().send(std::string_view(hello).substr(round * 500'000, 500'000));
  });
  EXPECT_LT(most_resident, attacked_limit / 2);
  expect_all_well_afterwards();
}

}  // namespace
}  // namespace router

// The built program with little memory, under a flood for readers that do not read.
#include <algorithm>
#include <fstream>

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
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizers take several times the memory, and keep what was freed";
#endif
  }
  void start(const std::string& memory) {
    const std::string file = folder_.file("wampd.jsonc");
    std::ofstream(file) << with_memory(memory);
    program = std::make_unique<Program>(file);
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
      stuck.back().says("[32,1,{},\"com.stuck" + std::to_string(i) + "\"]");
      stuck.back().hears();
    }
  }
  // Until so much was freed that somebody must have been disconnected. No message is large.
  void flood(WampClient& publisher) {
    constexpr size_t max_rounds = 300;  // enough to fill all sockets and queues
    const std::string payload(60'000, 'x');
    uint64_t resident = 0;
    for (size_t round = 0; round < max_rounds && resident + 4 * mib > most_resident; ++round)
      for (size_t i = 0; i < stuck_count; ++i) {
        publisher.says("[16," + std::to_string(++requests_) + ",{},\"com.stuck" + std::to_string(i) +
                       "\",[\"" + payload + "\"]]");
        resident = resident_bytes(program->pid());
        most_resident = std::max(most_resident, resident);
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

// As set for the program by who starts it.
class LimitOfData {
 public:
  LimitOfData() {
    ::getrlimit(RLIMIT_DATA, &before_);
    const rlimit narrow{memory_limit / 80 * 100, before_.rlim_max};
    ::setrlimit(RLIMIT_DATA, &narrow);
  }
  ~LimitOfData() { ::setrlimit(RLIMIT_DATA, &before_); }

 private:
  rlimit before_{};
};

TEST_F(AProgramWithLittleMemory, KnowsTheLimitThatItWasStartedWith) {
  {
    const LimitOfData narrow;
    start("{}");
  }
  expect_survival();
  EXPECT_LT(most_resident, memory_limit);
}

}  // namespace
}  // namespace router

// "wampd upgrade": another process takes over, and nobody who talks to the router loses anything by it.
#include <atomic>
#include <csignal>
#include <exception>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using test_support::RawClient;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// Joins and leaves again and again.
class Newcomers {
 public:
  explicit Newcomers(uint16_t port) : thread_([this, port] { run(port); }) {}
  ~Newcomers() { stop(); }

  void stop() {
    stops_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int welcomed() const { return welcomed_; }
  const std::string& refusal() const { return refusal_; }

 private:
  void run(uint16_t port) {
    try {
      while (!stops_) {
        WampClient client(port, Format::json);
        client.joins();
        ++welcomed_;
      }
    } catch (const std::exception& error) {
      refusal_ = error.what();
    }
  }

  std::atomic<bool> stops_ = false;
  std::atomic<int> welcomed_ = 0;
  std::string refusal_;
  std::thread thread_;
};

class Upgrade : public testing::Test {
 protected:
  ~Upgrade() override {
    if (successor_ > 0) kill(successor_, SIGKILL);
  }

  std::string config(const std::string& realm_settings = "") const {
    std::ofstream(folder_.file("wampd.jsonc")) << R"({
  "drain": { "window_ms": 200, "deadline_ms": 20000 },
  "realms": [{ "name": "realm1", )" << realm_settings
                                               << R"( "roles": [{ "name": "anonymous", "permissions": [
    { "uri": "", "match": "prefix", "allow": { "call": true, "register": true, "publish": true, "subscribe": true } } ] }] }],
  "transports": [{ "type": "websocket", "endpoint": { "type": "tcp", "port": 0 } }] })";
    return folder_.file("wampd.jsonc");
  }
  void upgrade(const Program& program) {
    const Ended ended = run_program({"upgrade", "--pid", std::to_string(program.pid())});
    const std::string end = " serves now, process " + std::to_string(program.pid()) + " drains\n";
    EXPECT_EQ(ended.code, 0) << ended.output;
    EXPECT_THAT(ended.output, EndsWith(end));
    if (ended.output.starts_with("process ")) successor_ = std::stoi(ended.output.substr(sizeof "process"));
  }
  void end_successor() const {
    ASSERT_GT(successor_, 0);
    kill(successor_, SIGTERM);
  }
  std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  test_support::TemporaryFolder folder_;
  pid_t successor_ = -1;
};

TEST_F(Upgrade, RefusesNobodyAndLosesNoAnswer) {
  Program program(config());
  WampClient callee(program.port(), Format::json);
  callee.joins();
  callee.says(R"([64,1,{},"com.slow"])");
  EXPECT_THAT(callee.hears(), StartsWith("[65,1,"));
  std::vector<WampClient> callers;
  for (int i = 0; i < 100; ++i) {
    callers.emplace_back(program.port(), Format::json).joins();
    callers.back().says(R"([48,1,{},"com.slow"])");
    EXPECT_THAT(callee.hears(), StartsWith("[68," + std::to_string(i + 1) + ","));
  }
  // A program whose log nobody reads waits, once a pipe is full.
  std::jthread reader([&program] {
    try {
      program.log_until(" info ended");
      program.log_until(" info ended");
    } catch (const std::exception&) {
    }
  });
  Newcomers newcomers(program.port());
  upgrade(program);

  for (int i = 0; i < 100; ++i)
    callee.says("[70," + std::to_string(i + 1) + ",{},[" + std::to_string(i) + "]]");
  for (int i = 0; i < 100; ++i) {
    WampClient& caller = callers[static_cast<size_t>(i)];
    EXPECT_EQ(caller.hears(), "[50,1,{},[" + std::to_string(i) + "]]");
    EXPECT_THAT(caller.hears(), StartsWith("[6,"));
    caller.says(R"([6,{},"wamp.close.goodbye_and_out"])");
    WampClient(program.port(), Format::json).joins();
  }
  EXPECT_THAT(callee.hears(), StartsWith("[6,"));
  callee.says(R"([6,{},"wamp.close.goodbye_and_out"])");
  callers.clear();
  EXPECT_EQ(program.exit_code(), 0);

  const int before = newcomers.welcomed();
  while (newcomers.refusal().empty() && newcomers.welcomed() < before + 10) std::this_thread::yield();
  newcomers.stop();
  EXPECT_EQ(newcomers.refusal(), "");
  end_successor();
  reader.join();
}

TEST_F(Upgrade, WaitsForTheFilesOfStoresWhichOneProcessHas) {
  Program program(config(R"("store": { "type": "sqlite", "path": ")" + file("events.db") + R"(" },)"));
  WampClient client(program.port(), Format::json);
  client.joins();
  client.says(R"([16,1,{"acknowledge":true,"retain":true},"com.kept",["before"]])");
  EXPECT_THAT(client.hears(), StartsWith("[17,1,"));
  upgrade(program);
  EXPECT_THAT(client.hears(), StartsWith("[6,"));
  client.says(R"([6,{},"wamp.close.goodbye_and_out"])");
  WampClient after(program.port(), Format::json);  // while nobody accepts, it waits
  after.joins();
  after.says(R"([32,1,{"get_retained":true},"com.kept"])");
  EXPECT_THAT(after.hears(), StartsWith("[33,1,"));
  EXPECT_THAT(after.hears(), HasSubstr(R"(["before"]])"));
}

}  // namespace
}  // namespace router

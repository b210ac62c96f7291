// The real program: the ways to say what it serves, and what it says when it is ready.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class Starting : public testing::Test {
 protected:
  ~Starting() override { unsetenv("WAMPD_CONFIG"); }

  // A configuration with that realm and a free port.
  std::string config_of(const std::string& realm) {
    std::ofstream(file("wampd.jsonc")) << R"({"realms": [{"name": ")" << realm
                                       << R"(", "roles": [{"name": "anonymous", "permissions": []}]}],
      "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}]})";
    return file("wampd.jsonc");
  }
  std::string file(const std::string& name) const { return folder_.file(name); }
  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  // What HELLO is answered with.
  static std::string welcome(const Program& program, const std::string& realm) {
    WampClient client(test_support::RawClient(program.port()), serializers::Format::json);
    client.says("[1,\"" + realm + R"(",{"roles":{"caller":{}}}])");
    return client.hears();
  }

 private:
  test_support::TemporaryFolder folder_;
};

TEST_F(Starting, NeedsNoFile) {
  const Program program(std::vector<std::string>{"--ws", "127.0.0.1:0", "--ws", "unix:" + file("socket"),
                                                 "--realm", "com.one", "--realm", "com.two"});
  EXPECT_THAT(welcome(program, "com.one"), StartsWith("[2,"));
  EXPECT_THAT(welcome(program, "com.two"), StartsWith("[2,"));
  EXPECT_THAT(welcome(program, "realm1"), HasSubstr("wamp.error.no_such_realm"));
  EXPECT_TRUE(std::filesystem::exists(file("socket")));
}

TEST_F(Starting, TakesTheFileAsAFreeArgumentOrFromTheEnvironment) {
  EXPECT_THAT(welcome(Program(std::vector<std::string>{config_of("com.free")}), "com.free"),
              StartsWith("[2,"));
  setenv("WAMPD_CONFIG", config_of("com.environment").c_str(), 1);
  EXPECT_THAT(run_program({"check"}).output, HasSubstr("realm \"com.environment\""));
  EXPECT_THAT(welcome(Program(std::vector<std::string>{}), "com.environment"), StartsWith("[2,"));
  // What the command line says goes before.
  EXPECT_THAT(welcome(Program(std::vector<std::string>{"--ws", "127.0.0.1:0"}), "realm1"), StartsWith("[2,"));
}

TEST_F(Starting, TakesTheConfigurationFromStandardInput) {
  const Ended ended = run_program({"check", "-"}, config_of("com.piped"));
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("realm \"com.piped\""));
  EXPECT_THAT(run_program({"check", "-"}).output, StartsWith("wampd: standard input:1:1: "));
  std::ofstream(file("large")) << std::string(1024 * 1024 + 1, ' ');
  EXPECT_THAT(run_program({"check", "-"}, file("large")).output,
              StartsWith("wampd: standard input: the configuration is larger than 1048576 bytes"));
}

TEST_F(Starting, SaysWhatAClientNeedsOnceItListens) {
  const Program program(
      std::vector<std::string>{"--ws", "127.0.0.1:0", "--log-format", "json", "--ports-file", file("ports")});
  const std::string port = std::to_string(program.port()), address = "127.0.0.1:" + port;
  EXPECT_THAT(content(file("ports")),
              MatchesRegex(R"(\{"event":"listening","address":")" + address + R"(","port":)" + port +
                           R"(,"paths":\[\{"type":"websocket","url":"ws://)" + address +
                           R"(/ws","path":"/ws"\},.*\],"realms":\["realm1"\]\}.)"));
  EXPECT_THAT(program.beginning(),
              HasSubstr(R"("event":"listening","address":")" + address + R"(","port":)" + port +
                        R"(,"paths":[{"type":"websocket","url":"ws://)" + address));
}

TEST_F(Starting, NamesTheUrlOfEachPathOnceItListens) {
  std::ofstream(file("wampd.jsonc"))
      << R"({"realms": [{"name": "com.a", "roles": [{"name": "anonymous", "permissions": []}]}],
      "transports": [{"type": "universal", "endpoint": {"type": "tcp", "port": 0},
        "websocket": {"ws": {"type": "websocket"}},
        "web": {"paths": {"/": {"type": "static"}, "api": {"type": "http", "realm": "com.a", "role": "anonymous"},
                          "call": {"type": "caller", "realm": "com.a"}, "health": {"type": "health"},
                          "ready": {"type": "ready"}, "watch/varz": {"type": "monitor"}}}}]})";
  const Program program(std::vector<std::string>{"--config", "-", "--workers", "1"}, file("wampd.jsonc"));
  EXPECT_THAT(welcome(program, "com.a"), StartsWith("[2,"));
  const std::string at = "://127.0.0.1:" + std::to_string(program.port());
  EXPECT_THAT(program.beginning(),
              HasSubstr(" with 1 worker: ws" + at + "/ws, page http" + at + "/, http" + at + "/api, http" +
                        at + "/call, http" + at + "/{health,ready,watch/varz}; realm com.a\n"));
}

TEST_F(Starting, TakesAFreePortForATestAndSaysWhichAndEndsWithItsParent) {
  // The shell has gone when the program looks at who has started it.
  const std::string script = file("script");
  std::ofstream(script) << WAMPD_PROGRAM << " --ephemeral --realm com.test 2>" << file("log") << " >"
                        << file("ready") << " &\nuntil grep -q listening " << file("ready")
                        << "; do sleep 0.01; done\n";
  ASSERT_EQ(std::system(("sh " + script).c_str()), 0);
  EXPECT_THAT(content(file("ready")),
              MatchesRegex(R"(\{"event":"listening","address":"127\.0\.0\.1:.*"realms":\["com\.test"\]\}.)"));
  while (content(file("log")).find("info ended") == std::string::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_THAT(content(file("log")), HasSubstr("the process that has started this one has ended"));
}

TEST_F(Starting, LeavesNoPortsOfAnEarlierRun) {
  std::ofstream(file("ports")) << "old";
  const Ended ended = run_program({"--config", config_of("a"), "--ports-file", "/nowhere/ports"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("wampd: cannot write the ports file /nowhere/ports: "));
  std::ofstream(file("taken.jsonc"))
      << R"({"realms": [{"name": "a", "roles": [{"name": "anonymous", "permissions": []}]}],
      "transports": [{"type": "websocket", "endpoint": {"type": "unix", "path": "/nowhere/socket"}}]})";
  EXPECT_EQ(run_program({file("taken.jsonc"), "--ports-file", file("ports")}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(file("ports")));
}

}  // namespace
}  // namespace router

// What the machine does to the program: no descriptors, no room on the disk, a wrong clock, a sudden end.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/wamp_client.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

size_t open_descriptors(pid_t process) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

void set_limit(pid_t process, __rlimit_resource resource, rlim_t value) {
  rlimit both{};
  ASSERT_EQ(prlimit(process, resource, nullptr, &both), 0);
  both.rlim_cur = std::min(value, both.rlim_max);
  ASSERT_EQ(prlimit(process, resource, &both, nullptr), 0);
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class AProgramInTrouble : public testing::Test {
 protected:
  std::string config(const std::string& of_realm = "", const std::string& more_transports = "") {
    const std::string file = folder.file("wampd.json");
    std::ofstream(file) << R"({"realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
        {"uri": "", "match": "prefix", "allow": {"call": true, "register": true, "publish": true, "subscribe": true}}]}])"
                        << of_realm << R"(}],
      "transports": [{"type": "universal", "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0},
        "web": {"paths": {"ws": {"type": "websocket"}}}})"
                        << more_transports << "]}";
    return file;
  }
  static WampClient joined(const Program& program) {
    WampClient client(program.port(), Format::json);
    client.joins();
    return client;
  }
  static std::string says(WampClient& client, const std::string& message) {
    client.says(message);
    return client.hears();
  }

  test_support::TemporaryFolder folder;
};

TEST_F(AProgramInTrouble, WithoutDescriptorsServesWhoIsThereSaysSoAndRecovers) {
#ifdef WAMPD_SANITIZED_ADDRESS
  GTEST_SKIP() << "the sanitizer's own checks need descriptors";
#endif
  Program program(config());
  WampClient here = joined(program);
  set_limit(program.pid(), RLIMIT_NOFILE, open_descriptors(program.pid()) + 2);
  std::vector<RawClient> many;
  for (int i = 0; i < 8; ++i) many.emplace_back(program.port());
  EXPECT_EQ(count_of(program.log_until("cannot accept connections"), "Too many open files"), 1u);
  EXPECT_EQ(says(here, R"([48,1,{},"wamp.session.count"])"), "[50,1,{},[1]]");
  many.clear();
  WampClient later = joined(program);
  EXPECT_EQ(says(later, R"([48,1,{},"wamp.session.count"])"), "[50,1,{},[2]]");
}

TEST_F(AProgramInTrouble, WithAFullDiskRefusesToAcknowledgeAndRecovers) {
  Program program(config(R"(, "store": {"type": "sqlite", "path": "events.db",
      "event-history": [{"uri": "com.kept", "limit": 1000}]})"));
  WampClient client = joined(program);
  int request = 0;
  const std::string text(20000, 'x');
  const auto publishes = [&] {
    return says(client, "[16," + std::to_string(++request) + R"(,{"acknowledge":true},"com.kept",[")" + text +
                            "\"]]");
  };
  EXPECT_THAT(publishes(), StartsWith("[17,1,"));
  set_limit(program.pid(), RLIMIT_FSIZE, 256 * 1024);
  std::string answer;
  do {
    answer = publishes();
  } while (answer.starts_with("[17,") && request < 1000);
  EXPECT_THAT(answer, StartsWith("[8,16,"));
  EXPECT_THAT(says(client, "[48," + std::to_string(++request) + R"(,{},"wamp.session.count"])"),
              HasSubstr("[1]"));
  set_limit(program.pid(), RLIMIT_FSIZE, RLIM_INFINITY);
  EXPECT_THAT(publishes(), StartsWith("[17,"));
}

TEST_F(AProgramInTrouble, ThatWasKilledComesBackOnItsUnixSocket) {
  const std::string path = folder.file("socket");
  const std::string file =
      config("", R"(, {"type": "rawsocket", "endpoint": {"type": "unix", "path": ")" + path + "\"}}");
  const auto join_over_unix = [&] {
    WampClient client(RawClient::over_unix(path), Speech(Format::cbor, Carrier::rawsocket));
    client.joins();
    return client;
  };
  Program first(file);
  WampClient before = join_over_unix();
  says(before, R"([64,1,{},"com.p"])");
  first.kill();
  EXPECT_TRUE(std::filesystem::exists(path)) << "it had no time to remove it";
  Program second(file);
  WampClient after = join_over_unix();
  EXPECT_THAT(says(after, R"([64,1,{},"com.p"])"), StartsWith("[65,1,"));
}

#ifndef WAMPD_SANITIZED
// For as long as it lives, programs that are started see a clock that is set by a file.
class WrongClock {
 public:
  explicit WrongClock(const std::string& file) : file_(file) {
    set("+0");
    setenv("LD_PRELOAD", library, 1);
    setenv("FAKETIME_TIMESTAMP_FILE", file.c_str(), 1);
    setenv("FAKETIME_NO_CACHE", "1", 1);
    setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
  }
  ~WrongClock() {
    for (const char* name :
         {"LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC"})
      unsetenv(name);
  }
  void set(const std::string& offset) const { std::ofstream(file_) << offset << "\n"; }
  static bool exists() { return std::filesystem::exists(library); }

 private:
  static constexpr const char* library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
  const std::string file_;
};

TEST_F(AProgramInTrouble, WhoseClockJumpsKeepsItsSessionsAndItsTimeouts) {
  if (!WrongClock::exists()) GTEST_SKIP() << "needs the Debian package faketime";
  WrongClock clock(folder.file("clock"));
  Program program(config());
  WampClient callee = joined(program), caller = joined(program);
  says(callee, R"([64,1,{},"com.p"])");
  int request = 0;
  for (const char* offset : {"+400d", "-400d", "+0"}) {
    caller.says("[48," + std::to_string(++request) + R"(,{"timeout":100},"com.p"])");
    EXPECT_THAT(callee.hears(), StartsWith("[68,"));
    clock.set(offset);
    EXPECT_THAT(caller.hears(), HasSubstr("wamp.error.timeout"));
    EXPECT_THAT(callee.hears(), StartsWith("[69,"));
    WampClient other = joined(program);
    EXPECT_THAT(says(other, R"([48,1,{},"wamp.session.count"])"), HasSubstr("[3]"));
  }
}
#endif

}  // namespace
}  // namespace router

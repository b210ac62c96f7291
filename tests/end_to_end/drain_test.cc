// SIGTERM: the program lets nobody new in, finishes what it has begun, and ends.
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/program.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/temporary_folder.h"

namespace router {
namespace {

using serializers::Format;
using test_support::HttpReply;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto any_port = R"({
  "drain": { "window_ms": 50, "deadline_ms": 60000 },
  "realms": [{ "name": "realm1", "roles": [{ "name": "anonymous", "permissions": [
    { "uri": "", "match": "prefix", "allow": { "call": true, "register": true } } ] }] }],
  "transports": [{ "type": "universal", "endpoint": { "type": "tcp", "port": 0 }, "rawsocket": {},
    "websocket": { "ws": { "type": "websocket" } },
    "web": { "paths": { "ready": { "type": "ready" }, "health": { "type": "health" }, "metrics": { "type": "metrics" } } } }] })";

class Drain : public testing::Test {
 protected:
  Drain() : program_(write()) {}

  HttpReply get(const std::string& path) {
    RawClient client(program_.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.read_http_reply();
  }
  void terminate() {
    program_.terminate();
    program_.log_until("received SIGTERM");
    while (get("/ready").status == 200) std::this_thread::yield();
  }
  WampClient join() {
    WampClient client(program_.port(), Format::json);
    client.joins();
    return client;
  }
  static void put_a_call_under_way(WampClient& caller, WampClient& callee) {
    callee.says(R"([64,1,{},"com.slow"])");
    EXPECT_THAT(callee.hears(), StartsWith("[65,1,"));
    caller.says(R"([48,1,{},"com.slow"])");
    EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  }
  static void says_goodbye(WampClient& client) {
    EXPECT_THAT(client.hears(), StartsWith(R"([6,{"message":"the router shuts down","retry_after":)"));
    client.says(R"([6,{},"wamp.close.goodbye_and_out"])");
    EXPECT_EQ(client.raw().read_frame().close_code(), 1001);
    client.raw().send_close(1001);
  }

 private:
  std::string write() const {
    std::ofstream(folder_.file("wampd.jsonc")) << any_port;
    return folder_.file("wampd.jsonc");
  }
  test_support::TemporaryFolder folder_;

 protected:
  Program program_;
};

TEST_F(Drain, FinishesCallsAndRefusesNewOnesAndNewClients) {
  WampClient callee = join(), caller = join();
  put_a_call_under_way(caller, callee);
  terminate();

  EXPECT_EQ(get("/ready").status, 503);
  EXPECT_EQ(get("/health").status, 200);
  EXPECT_THAT(get("/metrics").body, HasSubstr("\nwampd_ready 0\n"));
  const HttpReply refused = RawClient(program_.port()).handshake("/ws", "wamp.2.json");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "2");
  caller.says(R"([48,2,{},"com.slow"])");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,2,{},"wamp.error.unavailable")"));

  callee.says(R"([70,1,{},["done"]])");
  EXPECT_EQ(caller.hears(), R"([50,1,{},["done"]])");
  says_goodbye(caller);
  says_goodbye(callee);
  EXPECT_EQ(program_.exit_code(), 0);
}

TEST_F(Drain, EndsAtOnceAtASecondSignal) {
  WampClient callee = join(), caller = join();
  put_a_call_under_way(caller, callee);
  terminate();
  program_.terminate();
  EXPECT_EQ(program_.exit_code(), -1);
}

}  // namespace
}  // namespace router

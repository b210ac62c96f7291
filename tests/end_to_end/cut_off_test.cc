// Connections that end, or seem to, at every point of the protocol: nothing of them is left, and others are
// served.
#include <functional>

#include "router/config/file/config_file.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/cable.h"

namespace router {
namespace {

using serializers::Format;
using test_support::Cable;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* joe_hello =
    R"([1,"realm1",{"roles":{"caller":{},"callee":{}},"authmethods":["ticket"],"authid":"joe"}])";

// The first transport is impatient with those whose cable is cut, the second one is for those who are well.
config::Config impatient_config() {
  const std::string auth = R"("auth": {"anonymous": {"type": "static", "role": "user"},
      "ticket": {"type": "static", "principals": {"joe": {"ticket": "secret", "role": "user"}}}})";
  const std::string served =
      R"("type": "universal", "rawsocket": {}, "endpoint": {"type": "tcp", "port": 0}, "web": {"paths": {"ws": {"type": "websocket"}}}, )" +
      auth;
  const std::string text =
      R"({"workers": 2, "realms": [{"name": "realm1", "roles": [{"name": "user", "permissions": [
        {"uri": "", "match": "prefix", "allow": {"call": true, "register": true, "publish": true, "subscribe": true}}]}]}],
      "transports": [{)" +
      served +
      R"(, "limits": {"handshake_timeout_ms": 500, "ping_interval_ms": 300, "ping_timeout_ms": 300, "close_timeout_ms": 300}}, {)" +
      served + "}]}";
  return config::parse_config(text, "cut_off", ".");
}

// What a client has said before its cable is cut.
struct Point {
  std::string name;
  std::function<void(WampClient&)> reach;
};

void asks(WampClient& client, const std::string& request) {
  client.says(request);
  EXPECT_THAT(client.hears(), StartsWith("[")) << request;
}

const std::vector<Point> points = {
    {"Upgraded", [](WampClient&) {}},
    {"BeforeTheEndOfHello", [](WampClient& c) { c.raw().send(std::string("\x81\xfe\x01", 3)); }},
    {"Challenged", [](WampClient& c) { asks(c, joe_hello); }},
    {"Joined", [](WampClient& c) { c.joins(); }},
    {"InTheMiddleOfAMessage",
     [](WampClient& c) {
       c.joins();
       c.raw().send(
           test_support::frame_bytes(test_support::opcode::text, R"([16,1,{},"com.t"])").substr(0, 9));
     }},
    {"WithSubscriptionsAndRegistrations",
     [](WampClient& c) {
       c.joins();
       asks(c, R"([32,1,{},"com.t"])");
       asks(c, R"([32,2,{"match":"prefix"},"com."])");
       asks(c, R"([64,3,{},"com.p"])");
       asks(c, R"([64,4,{"invoke":"roundrobin"},"com.shared"])");
     }},
    {"CallingItself",
     [](WampClient& c) {
       c.joins();
       asks(c, R"([64,1,{},"com.p"])");
       asks(c, R"([48,2,{"receive_progress":true},"com.p"])");
       asks(c, R"([70,1,{"progress":true},[1]])");
     }},
    {"AfterGoodbye",
     [](WampClient& c) {
       c.joins();
       asks(c, R"([6,{},"wamp.close.close_realm"])");
     }},
    {"InTheCloseHandshake",
     [](WampClient& c) {
       c.joins();
       c.says("[1]");  // breaks the protocol: ABORT and a close frame that is not answered
       c.hears();
     }},
};

enum class Fault { reset, orderly_end, dark };
constexpr const char* fault_names[] = {"Reset", "Ended", "Dark"};

void inflict(Fault fault, Cable& cable) {
  if (fault == Fault::dark) return cable.become(Cable::State::dark);
  cable.end_all(fault == Fault::reset ? Cable::End::reset : Cable::End::orderly);
}

class ACutCable : public testing::TestWithParam<std::tuple<size_t, Fault>> {
 protected:
  RunningServer router{impatient_config()};
  Cable cable{router.port()};
  WampClient witness = joined(router.server().port(1));

  static WampClient joined(uint16_t port) {
    WampClient client(port, Format::json);
    client.joins();
    return client;
  }
  std::string hears_of(const std::string& procedure) {
    witness.says("[48," + std::to_string(++request) + R"(,{},")" + procedure + "\"]");
    return witness.hears();
  }
  bool is_alone() {
    const Realm::Counts left = router.server().realms().find("realm1")->counts();
    return left.members == 1 && left.subscriptions + left.registrations + left.calls == 0;
  }
  // Nothing but the witness is in the realm. It waits as long as it takes, also for those that were cut off
  // before the router has read what they said: the test's time is bounded.
  void wait_until_alone() {
    do {
      while (!is_alone()) std::this_thread::yield();
    } while (hears_of("wamp.session.count").find("{},[1]]") == std::string::npos);
  }

  int request = 0;
};

INSTANTIATE_TEST_SUITE_P(AtEveryPoint, ACutCable,
                         testing::Combine(testing::Range(size_t{0}, points.size()),
                                          testing::Values(Fault::reset, Fault::orderly_end, Fault::dark)),
                         [](const auto& info) {
                           return points[std::get<0>(info.param)].name +
                                  fault_names[static_cast<size_t>(std::get<1>(info.param))];
                         });

TEST_P(ACutCable, LeavesNothingBehindAndOthersAreServed) {
  const auto& [point, fault] = GetParam();
  WampClient client(cable.port(), Format::json);
  points[point].reach(client);
  inflict(fault, cable);
  wait_until_alone();
  WampClient next = joined(router.server().port(1));
  next.says(R"([64,1,{},"com.p"])");
  EXPECT_THAT(next.hears(), StartsWith("[65,1,"));
  EXPECT_THAT(hears_of("com.nobody"), HasSubstr("wamp.error.no_such_procedure"));
}

class CutCalls : public ACutCable {};

INSTANTIATE_TEST_SUITE_P(Faults, CutCalls,
                         testing::Combine(testing::Values(size_t{0}),
                                          testing::Values(Fault::reset, Fault::orderly_end, Fault::dark)),
                         [](const auto& info) {
                           return fault_names[static_cast<size_t>(std::get<1>(info.param))];
                         });

TEST_P(CutCalls, ACalleeThatIsCutOffEndsTheCallForItsCaller) {
  WampClient callee(cable.port(), Format::msgpack);
  callee.joins();
  asks(callee, R"([64,1,{},"com.p"])");
  witness.says(R"([48,1,{},"com.p"])");
  EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  inflict(std::get<1>(GetParam()), cable);
  EXPECT_THAT(witness.hears(), StartsWith("[8,48,1,{"));
  request = 1;
  wait_until_alone();
}

TEST_P(CutCalls, ACallerThatIsCutOffInterruptsItsCallee) {
  asks(witness, R"([64,1,{},"com.p"])");
  WampClient caller(cable.port(), Format::cbor);
  caller.joins();
  caller.says(R"([48,1,{},"com.p"])");
  EXPECT_THAT(witness.hears(), StartsWith("[68,1,"));
  inflict(std::get<1>(GetParam()), cable);
  EXPECT_THAT(witness.hears(), StartsWith("[69,1,"));
}

class ASpoiltCable : public ACutCable {
 protected:
  Cable patient_cable{router.server().port(1)};
};

INSTANTIATE_TEST_SUITE_P(Carriers, ASpoiltCable,
                         testing::Combine(testing::Values(size_t{0}), testing::Values(Fault::reset)),
                         [](const auto&) { return "Any"; });

TEST_P(ASpoiltCable, ThatGivesOneByteAtATimeLosesNothing) {
  patient_cable.become(Cable::State::dribbling);
  for (const Carrier carrier : {Carrier::websocket, Carrier::batched_websocket, Carrier::rawsocket}) {
    WampClient client(patient_cable.port(), Speech(Format::msgpack, carrier));
    client.joins();
    client.says(R"([32,1,{},"com.t"])");
    EXPECT_THAT(client.hears(), StartsWith("[33,1,"));
    client.says(R"([16,2,{"exclude_me":false},"com.t",["text"],{"key":[1,2,3]}])");
    EXPECT_THAT(client.hears(), testing::EndsWith(R"(,["text"],{"key":[1,2,3]}])"));
    client.says(R"([6,{},"wamp.close.close_realm"])");
    EXPECT_THAT(client.hears(), HasSubstr("wamp.close.goodbye_and_out"));
  }
}

TEST_P(ASpoiltCable, ThatIsLateGivesAllInOrder) {
  WampClient client(patient_cable.port(), Format::json);
  client.joins();
  patient_cable.become(Cable::State::late);
  for (int i = 1; i <= 100; ++i) client.says("[48," + std::to_string(i) + R"(,{},"wamp.session.count"])");
  // Meanwhile others are served.
  EXPECT_THAT(hears_of("wamp.session.count"), HasSubstr("{},[2]]"));
  patient_cable.become(Cable::State::whole);
  for (int i = 1; i <= 100; ++i) EXPECT_EQ(client.hears(), "[50," + std::to_string(i) + ",{},[2]]");
}

// All that a client says, one after the other, without waiting for answers.
std::string whole_conversation() {
  std::string bytes = test_support::handshake_bytes("/ws", "wamp.2.json");
  for (const char* message :
       {R"([1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}])",
        R"([32,1,{},"com.t"])", R"([64,2,{},"com.p"])", R"([48,3,{},"com.p"])",
        R"([16,4,{"acknowledge":true},"com.t"])", R"([6,{},"wamp.close.close_realm"])"})
    bytes += test_support::frame_bytes(test_support::opcode::text, message);
  return bytes + test_support::frame_bytes(test_support::opcode::close, test_support::close_payload(1000));
}

TEST_P(ASpoiltCable, CutAfterAnyNumberOfBytesLeavesNothingBehind) {
  const std::string bytes = whole_conversation();
  for (size_t size = 0; size <= bytes.size(); ++size) {
    RawClient client(router.port());
    client.send(std::string_view(bytes).substr(0, size));
    if (size % 2 == 0) client.reset();
  }
  wait_until_alone();
}

}  // namespace
}  // namespace router

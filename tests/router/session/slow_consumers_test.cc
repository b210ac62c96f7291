// Subscribers that take their events too slowly, peers that take nothing, and what others feel of them.
#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/default_config.h"
#include "router/session/backpressure.h"
#include "router/session/sender.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using serializers::Format;
using testing::HasSubstr;

constexpr size_t budget = 100'000;
constexpr size_t full_queue = budget - 10;
constexpr size_t clogged = budget / 2 + 1;

config::Permission rule(const std::string& uri, std::optional<config::SlowConsumer> policy) {
  config::Permission made;
  made.uri = uri;
  made.match = wamp::MatchPolicy::prefix;
  made.call = made.register_ = made.publish = made.subscribe = true;
  made.slow_consumer = policy;
  return made;
}

config::Config config_with(config::SlowConsumer of_role = config::SlowConsumer::disconnect) {
  config::Config config = config::default_config();
  config.transports.front().limits.max_queued_bytes = budget;
  config::Role& role = config.realms.front().roles.front();
  role.slow_consumer = of_role;
  role.permissions = {rule("", std::nullopt), rule("com.news.", config::SlowConsumer::drop_oldest),
                      rule("com.price.", config::SlowConsumer::conflate),
                      rule("com.order.", config::SlowConsumer::disconnect)};
  return config;
}

// EVENTs with "P" for the publication, which is random.
std::string heard(Wire& wire) {
  static const std::regex publication(R"(\[36,(\d+),\d+)");
  return std::regex_replace(wire.sent(), publication, "[36,$1,P");
}

class SlowConsumers : public testing::Test {
 protected:
  explicit SlowConsumers(config::Config config = config_with()) : router(std::move(config)) {}

  void subscribe(Wire& wire, const std::string& topic, const std::string& options = "{}") {
    wire.receives("[32," + std::to_string(++requests_[&wire]) + "," + options + ",\"" + topic + "\"]");
    EXPECT_THAT(wire.sent(), HasSubstr("[33,"));
  }
  void publish(const std::string& topic, const std::string& arguments) {
    publisher.receives("[16," + std::to_string(++requests_[&publisher]) + ",{},\"" + topic + "\"," +
                       arguments + "]");
  }

  SessionHarness router;
  Wire& publisher = router.join();
  Wire& slow = router.join();

 private:
  std::map<Wire*, int> requests_;
};

TEST_F(SlowConsumers, AreDroppedWhenTheirQueueIsFullAndOthersHearOn) {
  Wire& fast = router.join(Format::msgpack);
  subscribe(slow, "com.order.new");
  subscribe(fast, "com.order.new");
  slow.holds(full_queue);
  publish("com.order.new", R"(["one"])");
  EXPECT_EQ(slow.dropped(), "slow consumer: more than 100000 bytes wait for the peer");
  EXPECT_EQ(heard(slow), "");
  EXPECT_EQ(heard(fast), R"([36,1,P,{},["one"]])");
  slow.breaks();
  publish("com.order.new", R"(["two"])");
  EXPECT_EQ(heard(fast), R"([36,1,P,{},["two"]])");
}

TEST_F(SlowConsumers, LoseTheOldestAndAreToldHowMany) {
  subscribe(slow, "com.news.sport");
  slow.holds(full_queue);
  const std::string long_text(30'000, 'x');
  publish("com.news.sport", R"(["one"])");
  for (const char* n : {"two", "three", "four", "five"})
    publish("com.news.sport", "[\"" + std::string(n).append(long_text) + "\"]");
  EXPECT_EQ(heard(slow), "");
  slow.holds(0);
  const std::string text = heard(slow);
  EXPECT_EQ(text.find("[\"two"), std::string::npos) << text.substr(0, 100);
  EXPECT_THAT(text.substr(0, 60), HasSubstr(R"([36,1,P,{"_lost":)"));
  EXPECT_THAT(text, HasSubstr("[\"fivexxx"));
  EXPECT_EQ(slow.dropped(), "");
  publish("com.news.sport", R"(["six"])");
  EXPECT_EQ(heard(slow), R"([36,1,P,{},["six"]])");
}

TEST_F(SlowConsumers, GetTheLatestOfEachTopicOfAPattern) {
  subscribe(slow, "com.price.", R"({"match":"prefix"})");
  slow.holds(full_queue);
  for (int price = 1; price <= 3; ++price) {
    publish("com.price.apples", "[" + std::to_string(price) + "]");
    publish("com.price.pears", "[" + std::to_string(10 * price) + "]");
  }
  EXPECT_EQ(heard(slow), "");
  slow.holds(0);
  EXPECT_EQ(heard(slow), R"([36,1,P,{"topic":"com.price.apples","_lost":2},[3]])"
                         "\n"
                         R"([36,1,P,{"topic":"com.price.pears","_lost":2},[30]])");
}

TEST_F(SlowConsumers, HearAllEventsInOrderWhateverTheirPolicies) {
  subscribe(slow, "com.news.sport");
  subscribe(slow, "com.order.new");
  slow.holds(budget / 2);
  publish("com.news.sport", "[1]");
  publish("com.order.new", "[2]");
  publish("com.news.sport", "[3]");
  EXPECT_EQ(heard(slow), "");
  slow.holds(0);
  EXPECT_EQ(heard(slow), "[36,1,P,{},[1]]\n[36,2,P,{},[2]]\n[36,1,P,{},[3]]");
}

TEST_F(SlowConsumers, GetTheirRepliesAtOnceWhileEventsWait) {
  subscribe(slow, "com.news.sport");
  slow.holds(full_queue);
  publish("com.news.sport", "[1]");
  slow.receives(R"([48,2,{},"com.nobody"])");
  EXPECT_THAT(heard(slow), HasSubstr("wamp.error.no_such_procedure"));
}

TEST_F(SlowConsumers, HearNoEventAfterUnsubscribed) {
  subscribe(slow, "com.news.sport");
  slow.holds(full_queue);
  publish("com.news.sport", "[1]");
  slow.receives("[34,2,1]");
  EXPECT_EQ(heard(slow), "");
  slow.holds(0);
  EXPECT_EQ(heard(slow), "[36,1,P,{},[1]]\n[35,2]");
}

TEST_F(SlowConsumers, HearThatTheySubscribeAgainBehindTheEndBeforeIt) {
  Wire& fast = router.join();
  subscribe(fast, "com.news.sport");
  subscribe(slow, "com.news.sport");
  slow.holds(full_queue);
  publish("com.news.sport", "[1]");
  slow.receives("[34,2,1]");
  slow.receives(R"([32,3,{},"com.news.sport"])");
  publish("com.news.sport", "[2]");
  EXPECT_EQ(heard(slow), "");
  slow.holds(0);
  EXPECT_EQ(heard(slow), "[36,1,P,{},[1]]\n[35,2]\n[33,3,1]\n[36,1,P,{},[2]]");
}

TEST_F(SlowConsumers, GetWhatWasRetainedBehindSubscribed) {
  publisher.receives(R"([16,1,{"retain":true},"com.news.old",["kept"]])");
  subscribe(slow, "com.news.sport");
  slow.holds(full_queue);
  publisher.receives(R"([16,2,{},"com.news.sport",[1]])");
  slow.receives(R"([32,2,{"get_retained":true},"com.news.old"])");
  EXPECT_EQ(heard(slow), "");
  slow.holds(0);
  EXPECT_EQ(heard(slow), R"([36,1,P,{},[1]])"
                         "\n[33,2,2]\n"
                         R"([36,2,P,{"retained":true},["kept"]])");
}

TEST_F(SlowConsumers, AreNotReadUntilTheyHaveRoomForTheLastOfTheirKeptEvents) {
  publisher.receives(R"([16,1,{"retain":true},"com.news.one",["kept"]])");
  slow.holds(budget / 2);
  slow.receives(R"([32,1,{"get_retained":true},"com.news.one"])");
  EXPECT_EQ(heard(slow), "[33,1,1]");
  EXPECT_TRUE(slow.paused());
  publisher.receives(R"([16,2,{},"com.news.one",["live"]])");
  EXPECT_EQ(heard(slow), "");
  slow.holds(0);
  EXPECT_EQ(heard(slow), R"([36,1,P,{"retained":true},["kept"]])"
                         "\n"
                         R"([36,1,P,{},["live"]])");
  EXPECT_FALSE(slow.paused());
}

TEST_F(SlowConsumers, GetVeryManyKeptEventsInSeveralTurns) {
  constexpr size_t count = 1000;
  for (size_t i = 1; i <= count; ++i) {
    const std::string n = std::to_string(i);
    publisher.receives("[16," + n + R"(,{"retain":true},"com.order.n)" + n + "\"]");
  }
  const auto events = [this] {
    const std::string text = slow.sent();
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + (text.empty() ? 0 : 1);
  };
  slow.receives(R"([32,1,{"match":"prefix","get_retained":true},"com.order."])");
  size_t heard = events() - 1;
  EXPECT_LT(heard, count);
  EXPECT_TRUE(slow.paused());
  EXPECT_THAT(says(publisher, R"([48,1001,{},"com.nobody"])"), HasSubstr("no_such_procedure"));
  for (int turns = 0; slow.paused() && turns < 10; ++turns) {
    router.worker().end_turn();
    heard += events();
  }
  EXPECT_EQ(heard, count);
  EXPECT_EQ(slow.dropped(), "");
}

TEST_F(SlowConsumers, GetKeptEventsThatMustBeCompressedInSeveralTurns) {
  constexpr size_t count = 20, size = 50'000;
  std::string numbers = "[0";
  for (int i = 1; numbers.size() < size; ++i) numbers += "," + std::to_string(i);
  for (size_t i = 1; i <= count; ++i) {
    const std::string n = std::to_string(i);
    publisher.receives("[16," + n + R"(,{"retain":true},"com.order.n)" + n + "\"," + numbers + "]]");
  }
  slow.takes_compressed({15, 8});
  slow.receives(R"([32,1,{"match":"prefix","get_retained":true},"com.order."])");
  size_t all = 0, turns = 0;
  do {
    const size_t heard = slow.sent().size();
    EXPECT_LE(heard, 4 * size);
    all += heard;
    router.worker().end_turn();
  } while (slow.paused() && ++turns < count);
  all += slow.sent().size();
  EXPECT_GE(all, count * size);
  EXPECT_GE(turns, 5u);
}

// However many sessions want them: they take turns.
TEST_F(SlowConsumers, GetKeptEventsOfOneTurnBetweenThem) {
  for (int i = 1; i <= 150; ++i) {
    const std::string n = std::to_string(i);
    publisher.receives("[16," + n + R"(,{"retain":true},"com.order.n)" + n + "\"]");
  }
  publisher.receives(R"([16,151,{"retain":true},"com.news.one",["kept"]])");
  std::vector<Wire*> many(20, nullptr);
  for (Wire*& wire : many) wire = &router.join();
  for (Wire* wire : many)
    wire->receives_with_more(R"([32,1,{"match":"prefix","get_retained":true},"com.order."])");
  slow.receives(R"([32,1,{"get_retained":true},"com.news.one"])");
  size_t turns = 1, turns_of_one = 0, most = 0, heard = 0;
  for (; turns < 100; ++turns) {
    size_t now = 0;
    for (Wire* wire : many) {
      const std::string text = wire->sent();
      for (size_t at = text.find("[36,"); at != text.npos; at = text.find("[36,", at + 1)) ++now;
    }
    most = std::max(most, now);
    heard += now;
    if (turns_of_one == 0 && slow.sent().find("kept") != std::string::npos) turns_of_one = turns;
    if (heard == 150 * many.size()) break;
    router.worker().end_turn();
  }
  EXPECT_EQ(heard, 150 * many.size());
  EXPECT_LE(most, 200u);
  EXPECT_GE(turns, 15u);
  EXPECT_GE(turns_of_one, 1u);
  for (Wire* wire : many) EXPECT_FALSE(wire->paused());
}

TEST_F(SlowConsumers, LeaveInPeaceWhileKeptEventsWait) {
  publisher.receives(R"([16,1,{"retain":true},"com.news.one",["kept"]])");
  slow.holds(budget / 2);
  slow.receives(R"([32,1,{"get_retained":true},"com.news.one"])");
  slow.receives(R"([6,{},"wamp.close.normal"])");
  EXPECT_EQ(heard(slow),
            "[33,1,1]\n"
            R"([6,{},"wamp.close.goodbye_and_out"])");
  EXPECT_FALSE(slow.paused());
}

TEST_F(SlowConsumers, LeaveInPeaceWhileEventsWait) {
  subscribe(slow, "com.news.sport");
  slow.holds(full_queue);
  publish("com.news.sport", "[1]");
  slow.receives(R"([6,{},"wamp.close.normal"])");
  EXPECT_EQ(heard(slow), R"([6,{},"wamp.close.goodbye_and_out"])");
  slow.holds(0);
  EXPECT_EQ(heard(slow), "");
}

class SlowRole : public SlowConsumers {
 protected:
  SlowRole() : SlowConsumers(config_with(config::SlowConsumer::drop_oldest)) {}
};

TEST_F(SlowRole, DecidesWhereNoRuleSaysAnything) {
  subscribe(slow, "com.other");
  subscribe(slow, "com.order.new");
  slow.holds(full_queue);
  publish("com.other", "[1]");
  EXPECT_EQ(slow.dropped(), "");
  slow.holds(0);
  EXPECT_EQ(heard(slow), "[36,1,P,{},[1]]");
  slow.holds(full_queue);
  publish("com.order.new", "[2]");
  EXPECT_NE(slow.dropped(), "");
}

// ---- workers

TEST_F(SlowConsumers, OfAnotherWorkerSlowDownWhoFillsItsMailbox) {
  Mailbox other([] {});
  // Each session does what follows after its own messages.
  const auto overfill = [&other] {
    while (!other.full()) other.post<SessionOrder>(SessionOrder{});
  };
  overfill();
  publish("com.t", "[1]");
  EXPECT_TRUE(publisher.paused());
  EXPECT_FALSE(slow.paused());
  router.worker().look_at_waiting();
  EXPECT_TRUE(publisher.paused());
  MailList mail;
  other.drain(mail);
  router.worker().look_at_waiting();
  EXPECT_FALSE(publisher.paused());
  overfill();
  publish("com.t", "[2]");
  EXPECT_TRUE(publisher.paused());
  publisher.breaks();
  router.worker().look_at_waiting();
}

// ---- who is stuck

// Has a connection, and nothing else to do on its worker.
class Lodger final : public Resident {
 public:
  explicit Lodger(Wire& wire) : wire_(wire) {}
  transport::Connection& connection() const override { return wire_; }

 private:
  Wire& wire_;
};

TEST(APeerForWhichMuchWaits, IsStuckOnlyIfItTakesNothing) {
  constexpr auto patience = std::chrono::seconds(20);
  SessionHarness router;
  Wire& wire = router.connect();
  Sender sender(router.worker(), wire, Format::json, config::TransportLimits());
  auto joined = std::get<Realm::Joined>(
      router.realm().join({0, 7, wamp::SessionId(77)}, {"joe", "anonymous", "anonymous", "static"}, {}));
  Seat& member = *joined;
  {
    Lodger lodger(wire);
    Backpressure backpressure(router.worker(), lodger, sender, router.realm(), member);
    const SteadyTime begin = router.worker().loop().now();
    wire.holds(2'000'000);
    EXPECT_FALSE(backpressure.is_stuck(begin + patience, patience)) << "nothing was sent";
    backpressure.on_sent(wamp::CallResult{wamp::RequestId(1), {}, {}}, 100, true);
    wire.takes(1000);
    wire.holds(4'000'000);
    EXPECT_FALSE(backpressure.is_stuck(begin + patience, patience)) << "more waits, but it takes some";
    EXPECT_FALSE(backpressure.is_stuck(begin + patience + patience / 2, patience));
    EXPECT_TRUE(backpressure.is_stuck(begin + patience + patience, patience));
    EXPECT_FALSE(backpressure.is_stuck(begin + patience + patience, {})) << "pings are off";
  }
  joined.reset();
}

struct NoWatcher final : EventSender::Watcher {
  void on_sent(const wamp::Event&, const RoutedPayload&) override {}
  void on_sent(const wamp::Message&, const RoutedPayload&) override {}
};

TEST(APeerForWhichKeptEventsWait, IsStuckOnlyIfItTakesNothing) {
  constexpr auto patience = std::chrono::seconds(20);
  SessionHarness router;
  Wire& wire = router.connect();
  Sender sender(router.worker(), wire, Format::json, config::TransportLimits());
  const SessionRef ref{0, 7, wamp::SessionId(77)};
  Lodger lodger(wire);
  NoWatcher watcher;
  const std::atomic<bool> is_watched = false;
  EventSender events(router.worker(), lodger, sender, watcher, is_watched);
  const SteadyTime begin = router.worker().loop().now();
  EXPECT_FALSE(events.is_stuck(begin + patience, patience)) << "nothing waits";
  wire.holds(2'000'000);
  bool is_made = false;
  const auto next = [&]() -> std::optional<Delivery> {
    if (std::exchange(is_made, true)) return std::nullopt;
    return Delivery(ref, wamp::Event(), RoutedPayload());
  };
  events.send_kept({ref, next, {}});
  EXPECT_TRUE(wire.paused());
  wire.takes(1000);
  EXPECT_FALSE(events.is_stuck(begin + patience, patience)) << "it takes some";
  EXPECT_TRUE(events.is_stuck(begin + patience + patience, patience));
  EXPECT_FALSE(events.is_stuck(begin + patience + patience, {})) << "pings are off";
  EXPECT_FALSE(is_made);
}

// ---- calls

class StuckCallee : public SlowConsumers {
 protected:
  StuckCallee() {
    callee.receives(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
    EXPECT_THAT(callee.sent(), HasSubstr("[65,1"));
    caller.receives(R"([48,1,{},"com.add"])");
    EXPECT_THAT(callee.sent(), HasSubstr("[68,1,"));
    callee.holds(clogged);
    caller.receives(R"([48,2,{},"com.add"])");
    EXPECT_THAT(callee.sent(), HasSubstr("[68,2,"));
  }
  Wire& callee = router.join();
  Wire& caller = router.join();
};

TEST_F(StuckCallee, GetsNoMoreCallsUntilItHasTakenWhatWaits) {
  caller.receives(R"([48,3,{},"com.add",["three"]])");
  EXPECT_EQ(callee.sent(), "");
  EXPECT_EQ(caller.sent(), "");
  callee.holds(0);
  EXPECT_THAT(callee.sent(), HasSubstr(R"([68,3,1,{},["three"]])"));
}

TEST_F(StuckCallee, GetsNoMoreAtOnceThanItHasRoomForWhenItReadsAgain) {
  const std::string argument = "[\"" + std::string(10'000, 'x') + "\"]";
  for (int request = 3; request <= 22; ++request)
    caller.receives("[48," + std::to_string(request) + R"(,{},"com.add",)" + argument + "]");
  EXPECT_EQ(callee.sent(), "");
  size_t calls = 0;
  callee.stops_reading();
  for (int turns = 0; calls < 20 && turns < 20; ++turns) {
    callee.holds(0);
    EXPECT_LT(callee.queued_bytes(), budget);
    const std::string heard = callee.sent();
    for (size_t at = heard.find("[68,"); at != heard.npos; at = heard.find("[68,", at + 1)) {
      EXPECT_THAT(heard.substr(at), testing::StartsWith("[68," + std::to_string(3 + calls) + ","));
      ++calls;
    }
  }
  EXPECT_EQ(calls, 20u);
}

TEST_F(StuckCallee, IsPassedOverForAnotherOne) {
  Wire& other = router.join();
  other.receives(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  other.sent();
  for (const char* request : {"3", "4", "5"}) {
    caller.receives("[48," + std::string(request).append(R"(,{},"com.add"])"));
    EXPECT_THAT(other.sent(), HasSubstr("[68,"));
  }
  EXPECT_EQ(callee.sent(), "");
}

TEST_F(StuckCallee, LeavesItsWaitingCallsToOthersWhenItGoes) {
  caller.receives(R"([48,3,{},"com.add"])");
  Wire& other = router.join();
  other.receives(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  EXPECT_THAT(other.sent(), HasSubstr("[68,1,"));
  callee.breaks();
  EXPECT_EQ(callee.sent(), "");
}

TEST_F(StuckCallee, IsNotReadUntilItHasTakenWhatWaits) {
  EXPECT_TRUE(callee.paused());
  EXPECT_FALSE(caller.paused());
  callee.holds(0);
  EXPECT_FALSE(callee.paused());
}

TEST_F(StuckCallee, IsReadForItsNextSessionWhenTheOldOneIsKilled) {
  caller.receives(R"([48,3,{},"wamp.session.kill",[)" + std::to_string(callee.session_id()) + "]]");
  EXPECT_FALSE(callee.paused());
}

}  // namespace
}  // namespace router

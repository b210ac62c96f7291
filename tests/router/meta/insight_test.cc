// What the router tells of itself, and taps: docs/insight.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/session/seen_message.h"
#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Insight : public testing::Test {
 protected:
  std::string call(Peer& caller, const std::string& procedure, const std::string& payload = "") {
    const std::string request = std::to_string(++request_);
    caller.says("[48," + request + ",{},\"" + procedure + "\"" + (payload.empty() ? "" : ",") + payload +
                "]");
    std::string answer = caller.hears();
    for (const std::string& head : {"[50," + request + ",{}", "[8,48," + request + ",{},"})
      if (answer.starts_with(head)) return answer.substr(head.size());
    return answer;
  }
  // Users, who may call and publish; who operates the router may see all of it, and "watcher" only messages.
  static config::Realm roles() {
    config::Realm config = RealmHarness::open_realm();
    config::Role user{.name = "user", .permissions = {{.uri = "com.", .match = wamp::MatchPolicy::prefix}}};
    config::Permission& may = user.permissions.front();
    may.call = may.register_ = may.publish = may.subscribe = true;
    may.place = "here";
    user.permissions.push_back({.uri = "com.secret", .place = "there"});
    config::Permission watched = user.permissions.front();
    watched.uri = "com.watched";
    watched.slow_call_ms = 5;
    user.permissions.push_back(watched);
    config.roles.push_back(user);
    config.roles.push_back({.name = "everybody", .permissions = {config.roles.front().permissions.front()}});
    config.roles.front().permissions.push_back({.uri = "wampd.tap.",
                                                .match = wamp::MatchPolicy::prefix,
                                                .call = true,
                                                .subscribe = true,
                                                .tap = true});
    config::Role watcher = config.roles.front();
    watcher.name = "watcher";
    watcher.permissions.back().tap_payload = true;
    config.roles.push_back(watcher);
    return config;
  }
  // com.add is called so often.
  void work(int calls) {
    Peer& callee = realm.join({}, "user");
    Peer& caller = realm.join({}, "user");
    callee.says(R"([64,1,{},"com.add"])");
    callee.hears();
    for (int i = 1; i <= calls; ++i) {
      caller.says("[48," + std::to_string(i) + R"(,{},"com.add",[1,2]])");
      callee.hears();
      realm.clock().advance(std::chrono::milliseconds(3));
      callee.says("[70," + std::to_string(i) + ",{},[3]]");
      caller.hears();
    }
  }
  void passes_a_second() {
    realm.passes(std::chrono::seconds(1));
    realm.realm().sweep_taps();
  }

  RealmHarness realm{roles()};
  int request_ = 0;
};

TEST_F(Insight, ProceduresAreToldWithTheirNumbers) {
  work(3);
  Peer& ops = realm.join();
  const std::string told = call(ops, "wampd.stats.procedures");
  EXPECT_THAT(told, AllOf(HasSubstr(R"({"procedure":"com.add","calls":3,"error_bound":0,)"),
                          HasSubstr(R"("errors":0,"bytes":)"), HasSubstr(R"("p99_us":4096)"),
                          HasSubstr(R"("callees":1)")));
  EXPECT_THAT(told, Not(HasSubstr("wampd.stats"))) << "the router's own are not calls of a callee";
}

TEST_F(Insight, ErrorsAreCountedAndAnOrderPutsThemFirst) {
  work(3);
  Peer& callee = realm.join({}, "user");
  callee.says(R"([64,1,{},"com.fails"])");
  callee.hears();
  Peer& caller = realm.join({}, "user");
  caller.says(R"([48,1,{},"com.fails"])");
  callee.hears();
  callee.says(R"([8,68,1,{},"com.myapp.broken"])");
  caller.hears();
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.stats.procedures", R"([{"order":"errors","limit":1}])"),
              StartsWith(R"(,[[{"procedure":"com.fails","calls":1)"));
  EXPECT_THAT(call(ops, "wampd.stats.realm"), AllOf(HasSubstr(R"("calls":4)"), HasSubstr(R"("errors":1)")));
}

// Else they would go down, and what is counted by others with them.
TEST_F(Insight, CallsOfWhoLeavesStayCounted) {
  work(3);
  Peer& callee = realm.join({}, "user");
  callee.says(R"([64,1,{},"com.slow"])");
  Peer& caller = realm.join({}, "user");
  caller.says(R"([48,1,{},"com.slow"])");
  caller.says(R"([48,2,{},"com.slow"])");
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.stats.realm"),
              AllOf(HasSubstr(R"("calls_in_flight":2)"), HasSubstr(R"("calls":5)")));
  caller.leaves();
  realm.run_due();
  EXPECT_THAT(call(ops, "wampd.stats.realm"),
              AllOf(HasSubstr(R"("calls_in_flight":0)"), HasSubstr(R"("calls":5)")));
}

TEST_F(Insight, ProceduresAreToldInTheOrderThatIsAskedFor) {
  work(3);
  Peer& callee = realm.join({}, "user");
  Peer& caller = realm.join({}, "user");
  callee.says(R"([64,1,{},"com.large"])");
  callee.hears();
  caller.says(R"([48,1,{},"com.large",[")" + std::string(5000, 'x') + "\"]]");
  callee.hears();
  realm.clock().advance(std::chrono::milliseconds(500));
  callee.says("[70,1,{}]");
  Peer& ops = realm.join();
  for (const auto& [order, first] : {std::pair("calls", "com.add"), std::pair("bytes", "com.large"),
                                     std::pair("p99", "com.large"), std::pair("uri", "com.add")})
    EXPECT_THAT(call(ops, "wampd.stats.procedures", R"([{"limit":1,"order":")" + std::string(order) + "\"}]"),
                StartsWith(R"(,[[{"procedure":")" + std::string(first) + "\""))
        << order;
}

TEST_F(Insight, ARuleSaysWhichCallsAreSlow) {
  Peer& callee = realm.join({}, "user");
  Peer& caller = realm.join({}, "user");
  callee.says(R"([64,1,{},"com.watched"])");
  callee.says(R"([64,2,{},"com.other"])");
  callee.hears();
  int request = 0;
  const auto takes = [&](const std::string& procedure, int ms) {
    caller.says("[48," + std::to_string(++request) + ",{},\"" + procedure + "\"]");
    callee.hears();
    realm.clock().advance(std::chrono::milliseconds(ms));
    callee.says("[70," + std::to_string(request) + ",{}]");
    caller.hears();
  };
  takes("com.watched", 4);
  takes("com.other", 1000);
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.stats.realm"), HasSubstr(R"("slow_calls":0)"));
  takes("com.watched", 5);
  EXPECT_THAT(call(ops, "wampd.stats.realm"), HasSubstr(R"("slow_calls":1)"));
}

TEST_F(Insight, TheLogLevelIsToldAndSet) {
  Peer& ops = realm.join();
  EXPECT_EQ(call(ops, "wampd.log.level"), R"(,[{"level":"info","before":"info"}]])");
  EXPECT_EQ(call(ops, "wampd.log.level", R"(["error"])"), R"(,[{"level":"error","before":"info"}]])");
  EXPECT_EQ(call(ops, "wampd.log.level", R"(["info"])"), R"(,[{"level":"info","before":"error"}]])");
  EXPECT_THAT(call(ops, "wampd.log.level", R"(["loud"])"), HasSubstr("expected info, warning or error"));
}

TEST_F(Insight, VerdictsOfAuthorizersAreForgottenByBothNames) {
  Peer& ops = realm.join();
  for (const std::string procedure : {"wampd.authorization.purge", "wamp.authorization.purge"})
    EXPECT_EQ(call(ops, procedure), ",[0]]") << procedure;
}

TEST_F(Insight, WhatIsRegisteredAndNotUsedIsToldOnRequest) {
  work(1);
  Peer& callee = realm.join({}, "user");
  callee.says(R"([64,1,{},"com.idle"])");
  callee.says(R"([64,2,{"match":"prefix"},"com.some"])");
  callee.hears();
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.stats.procedures"), Not(HasSubstr("com.idle")));
  const std::string all = call(ops, "wampd.stats.procedures", R"([{"state":"all","order":"uri"}])");
  EXPECT_THAT(all, AllOf(HasSubstr(R"({"procedure":"com.idle","calls":0)"), HasSubstr("com.some"),
                         StartsWith(R"(,[[{"procedure":"com.add","calls":1)")));
  EXPECT_EQ(all.find("com.add", all.find("com.add") + 1), all.npos) << "once only";
}

TEST_F(Insight, TopicsAreToldWithTheirNumbers) {
  Peer& publisher = realm.join({}, "user");
  publisher.says(R"([16,1,{},"com.tick",["x"]])");
  publisher.says(R"([16,2,{},"com.tick",["x"]])");
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.stats.topics"),
              StartsWith(R"(,[[{"topic":"com.tick","publications":2,"error_bound":0,)"));
}

TEST_F(Insight, PublicationsThatAreRefusedAreErrorsOfTheirTopic) {
  Peer& ops = realm.join();
  ops.says(R"([16,1,{},"com.secret"])");
  ops.says(R"([16,2,{},"com.tick"])");
  Peer& user = realm.join({}, "user");
  user.says(R"([16,1,{},"com.secret"])");
  user.says(R"([16,2,{"acknowledge":true},"com.secret"])");
  user.says(R"([16,3,{},"com.secret.other"])");
  user.says(R"([16,4,{},"org.unknown"])");
  EXPECT_THAT(call(ops, "wampd.stats.topics", R"([{"order":"errors"}])"),
              AllOf(StartsWith(R"(,[[{"topic":"com.secret","publications":1,)"), HasSubstr(R"("errors":2)"),
                    Not(HasSubstr("org.unknown"))));
}

TEST_F(Insight, SessionsAreToldPageByPage) {
  for (int i = 0; i < 300; ++i) realm.join({}, "user");
  Peer& ops = realm.join();
  const std::string page = call(ops, "wampd.stats.sessions", R"([{"limit":2,"order":"session"}])");
  EXPECT_THAT(page, HasSubstr(R"("authrole":"user")"));
  size_t count = 0;
  for (size_t at = page.find("\"session\""); at != page.npos; at = page.find("\"session\"", at + 1)) ++count;
  EXPECT_EQ(count, 2u);
  EXPECT_EQ(call(ops, "wampd.stats.sessions", R"([{"offset":301}])"), ",[[]]]");
}

// A realm of very many may take long to look at: no client's thread does that.
TEST_F(Insight, WhatOnlyLooksIsDoneAside) {
  std::vector<std::function<void(bool)>> aside;
  std::optional<std::string> too_much;
  const auto ask = [&](wamp::SessionId, std::function<void(bool)> work) {
    if (!too_much) aside.push_back(std::move(work));
    return too_much;
  };
  uint64_t forgotten = 0;
  realm.realm().set_aside(ask, [&forgotten](wamp::SessionId session) { forgotten = session.value; });
  Peer& ops = realm.join();
  for (const std::string procedure : {"wampd.stats.realm", "wampd.stats.sessions", "wampd.stats.procedures",
                                      "wampd.stats.topics", "wampd.denials"}) {
    EXPECT_EQ(call(ops, procedure), "") << procedure;
    ASSERT_EQ(aside.size(), 1u) << procedure;
    aside.front()(true);
    EXPECT_THAT(ops.hears(), StartsWith("[50," + std::to_string(request_) + ",{},[")) << procedure;
    aside.clear();
  }
  EXPECT_EQ(call(ops, "wampd.explain", R"(["nobody","call","com.x"])"), "");
  aside.front()(true);
  EXPECT_THAT(ops.hears(), HasSubstr("wamp.error.no_such_session"));
  aside.front()(false);
  EXPECT_THAT(ops.hears(), HasSubstr("wamp.error.unavailable")) << "memory is short";
  too_much = "so many wait";
  EXPECT_THAT(call(ops, "wampd.stats.realm"), StartsWith("\"wamp.error.too_many_requests\",[\"so many"));
  too_much.reset();
  aside.clear();
  call(ops, "wampd.stats.realm");
  ops.leaves();
  EXPECT_EQ(forgotten, ops.id());
  aside.front()(true);
  EXPECT_EQ(ops.hears(), "") << "it has left";
  aside.clear();
}

TEST_F(Insight, WrongOptionsAreRefusedWithWhatWasExpected) {
  Peer& ops = realm.join();
  for (const auto& [options, text] :
       {std::pair(R"({"limit":0})", "limit: expected a number from 1 to 1024"),
        std::pair(R"({"offset":1000001})", "offset: expected a number from 0 to 1000000"),
        std::pair(R"({"order":"p98"})", "order: expected"), std::pair(R"({"ordr":"rate"})", "did you mean"),
        std::pair(R"({"state":7})", "state: expected")})
    EXPECT_THAT(call(ops, "wampd.stats.procedures", "[" + std::string(options) + "]"),
                AllOf(StartsWith("\"wamp.error.invalid_argument\""), HasSubstr(text)));
  EXPECT_THAT(call(ops, "wampd.stats.procedures", "[7]"), StartsWith("\"wamp.error.invalid_argument\""));
}

TEST_F(Insight, WithoutARuleItIsRefused) {
  Peer& user = realm.join({}, "user");
  for (const std::string procedure :
       {"wampd.stats.realm", "wampd.stats.sessions", "wampd.denials", "wampd.explain", "wampd.tap.start",
        "wampd.log.level", "wampd.authorization.purge"})
    EXPECT_THAT(call(user, procedure), StartsWith("\"wamp.error.not_authorized\"")) << procedure;
}

TEST_F(Insight, ARuleForAllUrisIsNoneForTheRouterItself) {
  Peer& everybody = realm.join({}, "everybody");
  for (const std::string procedure : {"wampd.stats.realm", "wampd.log.level", "wampd.authorization.purge"})
    EXPECT_THAT(call(everybody, procedure), StartsWith("\"wamp.error.not_authorized\"")) << procedure;
  EXPECT_THAT(call(everybody, "wamp.authorization.purge"), HasSubstr("[0]"));
  everybody.says(R"([32,90,{},"wampd.tap.on_start"])");
  EXPECT_THAT(everybody.hears(), HasSubstr("wamp.error.not_authorized"));
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.explain", R"([null,"call","wampd.log.level",{"authrole":"everybody"}])"),
              AllOf(HasSubstr(R"("allowed":false)"), HasSubstr(R"("rule":null)"),
                    HasSubstr("no rule that itself begins with")));
}

TEST_F(Insight, APatternForAllTopicsBringsNoneOfTheRoutersOwn) {
  Peer& everybody = realm.join({}, "everybody");
  everybody.says(R"([32,90,{"match":"prefix"},""])");
  EXPECT_THAT(everybody.hears(), HasSubstr("[33,90,"));
  Peer& witness = realm.join();
  witness.says(R"([32,1,{"match":"prefix"},"wampd.tap.on_"])");
  witness.hears();
  everybody.hears();
  Peer& ops = realm.join();
  everybody.hears();
  call(ops, "wampd.tap.start");
  EXPECT_THAT(witness.hears(), HasSubstr(R"("tap":1)"));
  EXPECT_EQ(everybody.hears(), "");
}

TEST_F(Insight, NobodyElseRegistersOrPublishesThere) {
  Peer& ops = realm.join();
  ops.says(R"([64,1,{},"wampd.stats.realm"])");
  EXPECT_THAT(ops.hears(), HasSubstr("wamp.error.invalid_uri"));
  ops.says(R"([16,2,{"acknowledge":true},"wampd.tap.1"])");
  EXPECT_THAT(ops.hears(), HasSubstr("wamp.error.invalid_uri"));
  ops.says(R"([64,3,{},"wampdx.mine"])");
  EXPECT_THAT(ops.hears(), StartsWith("[65,3,"));
}

TEST_F(Insight, DenialsAreToldNewestFirst) {
  Peer& user = realm.join({}, "user");
  call(user, "com.secret");
  call(user, "org.other");
  Peer& ops = realm.join();
  const std::string denials = call(ops, "wampd.denials");
  EXPECT_THAT(denials,
              AllOf(HasSubstr(R"("action":"call","uri":"com.secret","reason":"the rule at there decides")"),
                    HasSubstr(R"("reason":"no rule matches")")));
  EXPECT_LT(denials.find("org.other"), denials.find("com.secret"));
  EXPECT_THAT(call(ops, "wampd.denials", R"([{"limit":1}])"), Not(HasSubstr("com.secret")));
}

TEST_F(Insight, AnAnswerIsExplainedByTheRuleThatDecides) {
  Peer& user = realm.join({}, "user");
  Peer& ops = realm.join();
  const std::string why =
      call(ops, "wampd.explain", "[" + std::to_string(user.id()) + R"(,"call","com.secret"])");
  EXPECT_THAT(why, AllOf(HasSubstr(R"("authrole":"user")"), HasSubstr(R"("allowed":false)"),
                         HasSubstr(R"("rule":{"uri":"com.secret","match":"exact","place":"there"})")));
  EXPECT_THAT(call(ops, "wampd.explain", R"([null,"publish","com.tick",{"authrole":"user"}])"),
              AllOf(HasSubstr(R"("allowed":true)"), HasSubstr(R"("place":"here")")));
  EXPECT_THAT(call(ops, "wampd.explain", R"(["nobody","call","com.x"])"),
              StartsWith("\"wamp.error.no_such_session\""));
  EXPECT_THAT(call(ops, "wampd.explain", R"(["nobody","dance","com.x"])"),
              StartsWith("\"wamp.error.invalid_argument\""));
  EXPECT_THAT(call(ops, "wampd.explain", R"([null,"register","wampd.x",{"authrole":"user"}])"),
              AllOf(HasSubstr(R"("allowed":false)"), HasSubstr("reserved")));
}

// ---- taps

TEST_F(Insight, ATapShowsMessagesToWhoHasStartedIt) {
  Peer& ops = realm.join();
  EXPECT_EQ(call(ops, "wampd.tap.start", R"([{"uri":"com."}])"),
            R"(,[{"tap":1,"topic":"wampd.tap.1","seconds":600}]])");
  ops.says(R"([32,50,{},"wampd.tap.1"])");
  ops.hears();
  Peer& user = realm.join({}, "user");
  SeenMessage message{.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add", .bytes = 5};
  message.request = wamp::RequestId(7);
  message.payload = {"[1,2]", 1};
  realm.show(user, message);
  EXPECT_THAT(ops.hears(),
              AllOf(HasSubstr(R"("tap":1)"), HasSubstr(R"("direction":"in","type":"CALL")"),
                    HasSubstr(R"("request":7,"uri":"com.add","bytes":5)"), Not(HasSubstr("args"))));
  message.uri = "org.other";
  realm.show(user, message);
  EXPECT_EQ(ops.hears(), "");
  realm.show(ops, message);
  EXPECT_EQ(ops.hears(), "") << "not its own";
}

TEST_F(Insight, ATapShowsOnlyWhatItIsToldTo) {
  Peer& ops = realm.join();
  Peer& user = realm.join({}, "user");
  int tap = 0;
  const auto shown = [&](const std::string& filter, const std::vector<std::string>& uris) {
    const std::string number = std::to_string(++tap);
    call(ops, "wampd.tap.start", "[{" + filter + "}]");
    ops.says("[32," + std::to_string(100 + tap) + ",{},\"wampd.tap." + number + "\"]");
    ops.hears();
    for (const std::string& uri : uris)
      realm.show(user, {.is_from_client = true, .type = wamp::MessageType::call, .uri = uri});
    const std::string all = ops.hears();
    call(ops, "wampd.tap.stop", "[" + number + "]");
    return std::count(all.begin(), all.end(), '\n') + !all.empty();
  };
  EXPECT_EQ(shown(R"("uri":"com..add","match":"wildcard")", {"com.a.add", "com.add", "com.a.sub"}), 1);
  EXPECT_EQ(shown(R"("uri":"com.a","match":"exact")", {"com.a", "com.a.b"}), 1);
  EXPECT_EQ(shown(R"("authid":"nobody")", {"com.a"}), 0);
  const auto some = shown(R"("sample":2)", std::vector<std::string>(500, "com.a"));
  EXPECT_GT(some, 0);
  EXPECT_LT(some, 500);
}

TEST_F(Insight, ArgumentsNeedASecondWord) {
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.tap.start", R"([{"payload":true}])"),
              StartsWith("\"wamp.error.not_authorized\""));
  Peer& watcher = realm.join({}, "watcher");
  EXPECT_THAT(call(watcher, "wampd.tap.start", R"([{"payload":true,"bytes":6}])"), HasSubstr(R"("tap":1)"));
  watcher.says(R"([32,50,{},"wampd.tap.1"])");
  watcher.hears();
  Peer& user = realm.join({}, "user");
  SeenMessage message{.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add", .bytes = 5};
  message.payload = {"[1,2]", 1};
  realm.show(user, message);
  EXPECT_THAT(watcher.hears(), HasSubstr(R"("args":[1,2])"));
  message.payload = {"[1,2,3]", 1};
  realm.show(user, message);
  EXPECT_THAT(watcher.hears(), AllOf(HasSubstr(R"("cut":true)"), Not(HasSubstr("args"))));
}

TEST_F(Insight, ATapNeedsAPermissionOfItsOwn) {
  Peer& ops = realm.join();
  EXPECT_EQ(call(ops, "wampd.tap.list"), ",[[]]]");
  config::Realm config = roles();
  config.roles.front().permissions.back().tap = false;
  realm.realm().configure(config);
  for (const std::string procedure : {"wampd.tap.start", "wampd.tap.list"})
    EXPECT_THAT(call(ops, procedure), StartsWith("\"wamp.error.not_authorized\"")) << procedure;
}

TEST_F(Insight, OnlyWhoHasStartedATapHearsIt) {
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start");
  Peer& other = realm.join();
  other.says(R"([32,1,{},"wampd.tap.1"])");
  EXPECT_THAT(other.hears(), HasSubstr("wamp.error.not_authorized"));
  other.says(R"([32,2,{"match":"prefix"},"wampd."])");
  other.says(R"([32,3,{"match":"prefix"},""])");
  other.hears();
  ops.says(R"([32,50,{},"wampd.tap.1"])");
  ops.hears();
  realm.show(other, {.is_from_client = true, .type = wamp::MessageType::publish, .uri = "com.x"});
  EXPECT_THAT(ops.hears(), HasSubstr("PUBLISH"));
  EXPECT_EQ(other.hears(), "");
}

TEST_F(Insight, NobodyIsTappedUnseen) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wampd.tap.on_start"])");
  witness.says(R"([32,2,{},"wampd.tap.on_end"])");
  witness.hears();
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start", R"([{"authid":"user1"}])");
  EXPECT_THAT(witness.hears(), AllOf(HasSubstr(R"("tap":1)"), HasSubstr(R"("filter":{"authid":"user1"})")));
  EXPECT_EQ(call(ops, "wampd.tap.stop", "[1]"), "]");
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"stopped")"));
  EXPECT_THAT(call(ops, "wampd.tap.stop", "[1]"), StartsWith("\"wamp.error.invalid_argument\""));
}

TEST_F(Insight, ATapEndsWithItsTimeItsSubscriptionAndItsSession) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wampd.tap.on_end"])");
  witness.hears();
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start", R"([{"seconds":3}])");
  for (int i = 0; i < 3; ++i) passes_a_second();
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"time")"));
  call(ops, "wampd.tap.start");
  passes_a_second();
  EXPECT_EQ(witness.hears(), "") << "it may still subscribe";
  for (int i = 0; i < 10; ++i) passes_a_second();
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"subscription")"));
  call(ops, "wampd.tap.start");
  ops.leaves();
  passes_a_second();
  EXPECT_THAT(witness.hears(), HasSubstr(R"("reason":"session")"));
}

TEST_F(Insight, ATapEndsWhenItsRightHasGone) {
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wampd.tap.on_end"])");
  witness.hears();
  Peer& ops = realm.join();
  Peer& watcher = realm.join({}, "watcher");
  call(ops, "wampd.tap.start");
  call(watcher, "wampd.tap.start", R"([{"payload":true}])");
  config::Realm config = roles();
  realm.realm().configure(config);
  EXPECT_EQ(witness.hears(), "") << "both still may";
  for (config::Role& role : config.roles) role.permissions.back().tap_payload = false;
  realm.realm().configure(config);
  EXPECT_THAT(witness.hears(), AllOf(HasSubstr(R"("tap":2)"), HasSubstr(R"("reason":"permission")")));
  config.roles.front().permissions.back().tap = false;
  realm.realm().configure(config);
  EXPECT_THAT(witness.hears(), AllOf(HasSubstr(R"("tap":1)"), HasSubstr(R"("reason":"permission")")));
}

// Else what a tap shows to one would be shown by the other's, and so on for ever.
TEST_F(Insight, TapsDoNotShowEachOthersEvents) {
  Peer& one = realm.join();
  Peer& other = realm.join();
  call(one, "wampd.tap.start");
  call(other, "wampd.tap.start");
  one.says(R"([32,50,{},"wampd.tap.1"])");
  other.says(R"([32,50,{},"wampd.tap.2"])");
  one.hears();
  other.hears();
  const SeenMessage event{.type = wamp::MessageType::event, .bytes = 7};
  realm.show(one, event);
  realm.show(other, event);
  EXPECT_EQ(one.hears() + other.hears(), "") << "an EVENT to who taps is shown to nobody";
  Peer& user = realm.join({}, "user");
  realm.show(user, event);
  EXPECT_THAT(one.hears(), HasSubstr("EVENT"));
  EXPECT_THAT(other.hears(), HasSubstr("EVENT"));
  realm.show(one, {.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add"});
  EXPECT_THAT(other.hears(), HasSubstr("com.add")) << "what else it says is";
  call(other, "wampd.tap.stop", "[2]");
  realm.show(other, event);
  EXPECT_THAT(one.hears(), HasSubstr("EVENT")) << "it taps no longer";
}

TEST_F(Insight, ThereAreAFewTapsOnly) {
  Peer& ops = realm.join();
  for (size_t i = 0; i < Taps::most; ++i) EXPECT_THAT(call(ops, "wampd.tap.start"), HasSubstr("\"tap\""));
  EXPECT_THAT(call(ops, "wampd.tap.start"), StartsWith("\"wamp.error.too_many_requests\""));
}

TEST_F(Insight, OfVeryManyMessagesAThousandASecondAreShownAndTheRestIsCounted) {
  Peer& ops = realm.join();
  call(ops, "wampd.tap.start");
  ops.says(R"([32,50,{},"wampd.tap.1"])");
  ops.hears();
  Peer& user = realm.join({}, "user");
  const SeenMessage message{.is_from_client = true, .type = wamp::MessageType::call, .uri = "com.add"};
  const auto shown = [&](int messages) {
    for (int i = 0; i < messages; ++i) realm.show(user, message);
    const std::string all = ops.hears();
    return std::count(all.begin(), all.end(), '\n') + !all.empty();
  };
  EXPECT_EQ(shown(1500), 1000);
  EXPECT_THAT(call(ops, "wampd.tap.list"), HasSubstr(R"("sent":1000,"dropped":500)"));
  realm.passes(std::chrono::seconds(1));
  realm.show(user, message);
  EXPECT_THAT(ops.hears(), HasSubstr(R"("dropped":500)"));
}

TEST_F(Insight, WrongWishesForATapAreRefused) {
  Peer& ops = realm.join();
  for (const std::string wish :
       {R"({"seconds":0})", R"({"types":["DANCE"]})", R"({"match":"regex"})", R"({"uri":7})",
        R"({"realm":"another"})", R"({"sampel":2})", R"({"bytes":1000000})", R"({"types":[""]})"})
    EXPECT_THAT(call(ops, "wampd.tap.start", "[" + wish + "]"), StartsWith("\"wamp.error.invalid_argument\""))
        << wish;
  const std::string long_uri(5000, '.');
  EXPECT_THAT(call(ops, "wampd.tap.start", R"([{"uri":")" + long_uri + R"(","match":"wildcard"}])"),
              HasSubstr("at most 4096 bytes"));
  EXPECT_EQ(call(ops, "wampd.tap.list"), ",[[]]]");
}

// Somebody calls ever other procedures: the most used one stays in the list.
TEST_F(Insight, VeryManyDifferentUrisHideNobody) {
  work(50);
  Peer& callee = realm.join({}, "user");
  Peer& caller = realm.join({}, "user");
  callee.says(R"([64,1,{"match":"prefix"},"com"])");
  callee.hears();
  for (int i = 1; i <= 2000; ++i) {
    caller.says("[48," + std::to_string(i) + ",{},\"com.p" + std::to_string(i) + "\"]");
    callee.hears();
    callee.says("[70," + std::to_string(i) + ",{}]");
  }
  caller.hears();
  Peer& ops = realm.join();
  EXPECT_THAT(call(ops, "wampd.stats.procedures", R"([{"order":"calls","limit":1}])"),
              StartsWith(R"(,[[{"procedure":"com.add","calls":50)"));
}

// A question of the router's own to an authenticator carries what the client has sent to get in.
TEST(SeenMessages, ArgumentsThatMayHoldSecretsOfALoginAreNeverShown) {
  const wamp::Payload payload{R"(["realm1","joe",{"ticket":"secret"}])", 1};
  EXPECT_EQ(seen(wamp::Invocation(), false, serializers::Format::json, payload).payload.count, 0);
  EXPECT_EQ(seen(wamp::Yield(), true, serializers::Format::json, payload).payload.count, 0);
  wamp::Error of_callee;
  of_callee.request_type = wamp::MessageType::invocation;
  EXPECT_EQ(seen(of_callee, true, serializers::Format::json, payload).payload.count, 0);
  EXPECT_EQ(seen(wamp::Call(), true, serializers::Format::json, payload).payload.count, 1);
  EXPECT_EQ(seen(wamp::CallResult(), false, serializers::Format::json, payload).payload.count, 1);
}

}  // namespace
}  // namespace router

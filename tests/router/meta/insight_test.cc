// What the router tells of itself: docs/insight.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/meta/insight_fixture.h"

namespace router {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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

TEST_F(Insight, ProceduresAreOrderedByTheirRate) {
  work(20);
  passes_a_second();
  Peer& ops = realm.join();
  const auto first = [&](const std::string& order) {
    const std::string list = call(ops, "wampd.stats.procedures", R"([{"limit":1,"order":")" + order + "\"}]");
    const size_t begin = list.find(R"("procedure":")") + 13;
    return list.substr(begin, list.find('"', begin) - begin);
  };
  EXPECT_EQ(first("rate"), "com.add");
  realm.passes(std::chrono::seconds(60));
  first("rate");  // of now on
  realm.passes(std::chrono::seconds(5));
  Peer& callee = realm.join({}, "user");
  Peer& caller = realm.join({}, "user");
  callee.says(R"([64,1,{},"com.other"])");
  callee.hears();
  for (int i = 1; i <= 2; ++i) {
    caller.says("[48," + std::to_string(i) + R"(,{},"com.other"])");
    callee.hears();
    callee.says("[70," + std::to_string(i) + ",{}]");
  }
  passes_a_second();
  EXPECT_EQ(first("rate"), "com.other");
  EXPECT_EQ(first("calls"), "com.add");
}

TEST_F(Insight, ProceduresWhoseCallsWaitAreFirstInTheirOrder) {
  work(3);
  Peer& callee = realm.join({}, "user");
  Peer& caller = realm.join({}, "user");
  callee.says(R"([64,1,{"invoke":"roundrobin","concurrency":1},"com.busy"])");
  callee.hears();
  for (int i = 1; i <= 3; ++i) caller.says("[48," + std::to_string(i) + R"(,{},"com.busy"])");
  EXPECT_THAT(callee.hears(), StartsWith("[68,1,"));
  Peer& ops = realm.join();
  const auto queued = [&] {
    return call(ops, "wampd.stats.procedures", R"([{"limit":1,"order":"queued"}])");
  };
  EXPECT_THAT(queued(), AllOf(StartsWith(R"(,[[{"procedure":"com.busy","calls":3,)"),
                              HasSubstr(R"("waiting":2,"waited":2,)")));
  for (int i = 1; i <= 3; ++i) {
    callee.says("[70," + std::to_string(i) + ",{}]");
    callee.hears();
  }
  EXPECT_THAT(
      call(ops, "wampd.stats.procedures", R"([{"order":"uri","offset":1}])"),
      AllOf(StartsWith(R"(,[[{"procedure":"com.busy","calls":3,)"), HasSubstr(R"("waiting":0,"waited":2,)")));
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

}  // namespace
}  // namespace router

// "Session Meta API" and "Session Testament".
#include <gtest/gtest.h>

#include "router/entrance/welcome_details.h"
#include "tests/router/meta/meta_fixture.h"
#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class SessionMeta : public MetaTest {
 protected:
  static config::Realm two_roles() {
    config::Realm config = RealmHarness::open_realm();
    config.roles.push_back(config.roles[0]);
    config.roles[1].name = "admin";
    return config;
  }
  static std::string id(const Peer& peer) { return std::to_string(peer.id()); }

  RealmHarness realm{two_roles()};
};

TEST_F(SessionMeta, CountsAndListsSessionsByRole) {
  Peer& first = realm.join();
  Peer& second = realm.join({}, "admin");
  EXPECT_EQ(call(first, "wamp.session.count"), ",[2]]");
  EXPECT_EQ(call(first, "wamp.session.count", R"([["admin"]])"), ",[1]]");
  EXPECT_EQ(call(first, "wamp.session.count", "[[]]"), ",[0]]");
  EXPECT_EQ(call(first, "wamp.session.count", "[null]"), ",[2]]");
  EXPECT_EQ(call(first, "wamp.session.list", R"([["admin","none"]])"), ",[[" + id(second) + "]]]");
  EXPECT_EQ(call(first, "wamp.session.list", R"([["none"]])"), ",[[]]]");
}

TEST_F(SessionMeta, GetTellsWhoASessionIs) {
  Peer& peer = realm.join();
  EXPECT_EQ(
      call(peer, "wamp.session.get", "[" + id(peer) + "]"),
      ",[{\"session\":" + id(peer) +
          R"(,"authid":"user1","authrole":"anonymous","authmethod":"anonymous","authprovider":"static"}]])");
  EXPECT_THAT(call(peer, "wamp.session.get", "[7]"), StartsWith("\"wamp.error.no_such_session\""));
}

// msgpackr, which wampy uses, writes integers beyond 32 bits so.
TEST_F(SessionMeta, AnIdMayComeAsAFloat) {
  Peer& peer = realm.join();
  EXPECT_THAT(call(peer, "wamp.session.get", "[" + id(peer) + ".0]"), HasSubstr("\"session\":" + id(peer)));
  EXPECT_EQ(call(peer, "wamp.session.get", "[" + id(peer) + ".5]"),
            R"("wamp.error.invalid_argument",["session: expected an id, got a float"]])");
}

TEST_F(SessionMeta, WrongArgumentsAreRefusedByName) {
  Peer& peer = realm.join();
  EXPECT_EQ(call(peer, "wamp.session.get"),
            R"("wamp.error.invalid_argument",["session: expected an id, got nothing"]])");
  EXPECT_EQ(call(peer, "wamp.session.get", R"(["x"])"),
            R"("wamp.error.invalid_argument",["session: expected an id, got a string"]])");
  EXPECT_THAT(call(peer, "wamp.session.count", "[7]"), StartsWith("\"wamp.error.invalid_argument\""));
  EXPECT_THAT(call(peer, "wamp.session.count", "[[7]]"), StartsWith("\"wamp.error.invalid_argument\""));
}

TEST_F(SessionMeta, AProcedureThatTheRouterHasNotIsNotFound) {
  Peer& peer = realm.join();
  EXPECT_THAT(call(peer, "wamp.session.dance"), StartsWith("\"wamp.error.no_such_procedure\""));
}

TEST_F(SessionMeta, ProceduresObeyPermissions) {
  config::Realm config = RealmHarness::open_realm();
  config.roles[0].permissions[0].uri = "com.";
  RealmHarness strict(config);
  Peer& peer = strict.join();
  EXPECT_THAT(call(peer, "wamp.session.count"), StartsWith("\"wamp.error.not_authorized\""));
  peer.says(R"([32,90,{},"wamp.session.on_join"])");
  EXPECT_THAT(peer.hears(), StartsWith(R"([8,32,90,{},"wamp.error.not_authorized")"));
}

TEST_F(SessionMeta, JoiningAndLeavingAreEvents) {
  Peer& watcher = realm.join();
  watcher.says(R"([32,1,{},"wamp.session.on_join"])");
  watcher.says(R"([32,2,{},"wamp.session.on_leave"])");
  EXPECT_EQ(watcher.hears(), "[33,1,1]\n[33,2,2]");
  Peer& other = realm.join();
  EXPECT_EQ(
      watcher.hears(),
      "[36,1,1,{},[{\"session\":" + id(other) +
          R"(,"authid":"user2","authrole":"anonymous","authmethod":"anonymous","authprovider":"static"}]])");
  const std::string other_id = id(other);
  other.leaves();
  EXPECT_EQ(watcher.hears(), "[36,2,2,{},[" + other_id + R"(,"user2","anonymous"]])");
}

TEST_F(SessionMeta, APatternSubscriberIsToldTheTopic) {
  Peer& watcher = realm.join();
  watcher.says(R"([32,1,{"match":"prefix"},"wamp.session."])");
  watcher.hears();
  realm.join();
  EXPECT_THAT(watcher.hears(), StartsWith(R"([36,1,1,{"topic":"wamp.session.on_join"},)"));
}

TEST_F(SessionMeta, KillSaysGoodbyeWithReasonAndMessage) {
  Peer& admin = realm.join();
  Peer& victim = realm.join();
  victim.says(R"([64,1,{},"com.add"])");
  victim.hears();
  EXPECT_EQ(
      call(admin, "wamp.session.kill", "[" + id(victim) + R"(],{"reason":"com.kicked","message":"be nice"})"),
      "]");
  EXPECT_EQ(victim.hears(), R"([6,{"message":"be nice"},"com.kicked"])");
  EXPECT_EQ(call(admin, "wamp.session.count"), ",[1]]");
  EXPECT_EQ(realm.realm().counts().registrations, 0u);
  victim.says(R"([32,2,{},"com.topic"])");
  EXPECT_EQ(victim.hears(), "");
  EXPECT_EQ(realm.realm().counts().subscriptions, 0u);
  victim.leaves();
}

TEST_F(SessionMeta, KillHasDefaultsAndChecksItsReason) {
  Peer& admin = realm.join();
  Peer& victim = realm.join();
  EXPECT_THAT(call(admin, "wamp.session.kill", "[" + id(victim) + R"(],{"reason":""})"),
              StartsWith("\"wamp.error.invalid_uri\""));
  EXPECT_THAT(call(admin, "wamp.session.kill", "[" + id(victim) + R"(],{"reason":"not a uri"})"),
              StartsWith("\"wamp.error.invalid_uri\""));
  EXPECT_THAT(call(admin, "wamp.session.kill", "[" + id(admin) + "]"),
              StartsWith("\"wamp.error.no_such_session\""));
  EXPECT_EQ(call(admin, "wamp.session.kill", "[" + id(victim) + "]"), "]");
  EXPECT_EQ(victim.hears(), R"([6,{},"wamp.close.killed"])");
  EXPECT_THAT(call(admin, "wamp.session.kill", "[" + id(victim) + "]"),
              StartsWith("\"wamp.error.no_such_session\""));
}

TEST_F(SessionMeta, KillByAuthidAndAuthroleSpareTheCaller) {
  Peer& admin = realm.join({}, "admin");
  Peer& second = realm.join({}, "admin");
  Peer& third = realm.join();
  EXPECT_EQ(call(admin, "wamp.session.kill_by_authid", R"(["user3"])"), ",[[" + id(third) + "]]]");
  EXPECT_EQ(call(admin, "wamp.session.kill_by_authid", R"(["user1"])"), ",[[]]]");
  EXPECT_EQ(call(admin, "wamp.session.kill_by_authrole", R"(["admin"])"), ",[1]]");
  EXPECT_EQ(second.hears(), R"([6,{},"wamp.close.killed"])");
  EXPECT_EQ(call(admin, "wamp.session.count"), ",[1]]");
}

TEST_F(SessionMeta, KillAllLeavesTheCallerAndMakesNoEvents) {
  Peer& admin = realm.join();
  admin.says(R"([32,91,{},"wamp.session.on_leave"])");
  admin.says(R"([32,92,{},"com.last"])");
  admin.hears();
  std::vector<Peer*> others;
  for (int i = 0; i < 5; ++i) others.push_back(&realm.join());
  EXPECT_EQ(call(*others[0], "wamp.session.add_testament", R"(["com.last",[],{}])"), "]");
  EXPECT_EQ(call(admin, "wamp.session.kill_all", R"([],{"reason":"com.over"})"), ",[5]]");
  for (Peer* other : others) EXPECT_EQ(other->hears(), R"([6,{},"com.over"])");
  EXPECT_EQ(admin.hears(), "");
}

TEST_F(SessionMeta, AKilledSessionsCallsEnd) {
  Peer& admin = realm.join();
  Peer& callee = realm.join();
  callee.says(R"([64,1,{},"com.add"])");
  callee.hears();
  Peer& caller = realm.join();
  caller.says(R"([48,1,{},"com.add"])");
  call(admin, "wamp.session.kill", "[" + id(callee) + "]");
  EXPECT_THAT(caller.hears(), StartsWith(R"([8,48,1,{},"wamp.error.canceled")"));
  EXPECT_EQ(callee.hears(), "[68,1,1,{}]\n[6,{},\"wamp.close.killed\"]");
  callee.says("[70,1,{}]");
  EXPECT_FALSE(callee.violation());
  EXPECT_EQ(caller.hears(), "");
}

TEST_F(SessionMeta, ModifyDetailsAddsAndTakesAway) {
  Peer& admin = realm.join();
  Peer& peer = realm.join();
  EXPECT_EQ(call(admin, "wamp.session.modify_details", "[" + id(peer) + R"(,{"team":"blue","level":3}])"),
            "]");
  EXPECT_THAT(call(admin, "wamp.session.get", "[" + id(peer) + "]"), HasSubstr(R"("level":3,"team":"blue")"));
  EXPECT_EQ(call(admin, "wamp.session.modify_details", "[" + id(peer) + R"(,{"team":null,"level":4}])"), "]");
  const std::string details = call(admin, "wamp.session.get", "[" + id(peer) + "]");
  EXPECT_THAT(details, HasSubstr(R"("level":4)"));
  EXPECT_THAT(details, testing::Not(HasSubstr("team")));
  EXPECT_THAT(call(admin, "wamp.session.modify_details", "[" + id(peer) + R"(,{"authrole":"root"}])"),
              StartsWith("\"wamp.error.invalid_argument\""));
  EXPECT_THAT(call(admin, "wamp.session.modify_details", R"([7,{"a":1}])"),
              StartsWith("\"wamp.error.no_such_session\""));
}

TEST_F(SessionMeta, DetailsThatWereAddedCountForBlackAndWhitelists) {
  Peer& admin = realm.join();
  Peer& blue = realm.join();
  Peer& red = realm.join();
  for (Peer* peer : {&blue, &red}) {
    peer->says(R"([32,1,{},"com.topic"])");
    peer->hears();
  }
  call(admin, "wamp.session.modify_details", "[" + id(blue) + R"(,{"team":"blue"}])");
  admin.says(R"([16,90,{"eligible_team":["blue"]},"com.topic",[1]])");
  admin.says(R"([16,91,{"exclude_team":["blue"]},"com.topic",[2]])");
  EXPECT_EQ(blue.hears(), "[36,1,1,{},[1]]");
  EXPECT_EQ(red.hears(), "[36,1,2,{},[2]]");
}

TEST_F(SessionMeta, TestamentsArePublishedInOrderWhenTheSessionIsGone) {
  Peer& heir = realm.join();
  heir.says(R"([32,91,{},"com.last"])");
  heir.hears();
  Peer& mortal = realm.join();
  EXPECT_EQ(call(mortal, "wamp.session.add_testament", R"(["com.last",["one"],{"k":1}])"), "]");
  EXPECT_EQ(call(mortal, "wamp.session.add_testament", R"(["com.last",["two"],{}])"), "]");
  EXPECT_EQ(call(mortal, "wamp.session.add_testament", R"(["com.last",["first"],{}],{"scope":"detached"})"),
            "]");
  EXPECT_EQ(heir.hears(), "");
  mortal.leaves();
  EXPECT_EQ(heir.hears(),
            "[36,1,1,{},[\"first\"]]\n"
            "[36,1,2,{},[\"one\"],{\"k\":1}]\n"
            "[36,1,3,{},[\"two\"]]");
}

TEST_F(SessionMeta, TestamentsHonourPublishOptions) {
  Peer& heir = realm.join();
  Peer& other = realm.join();
  for (Peer* peer : {&heir, &other}) {
    peer->says(R"([32,91,{},"com.last"])");
    peer->hears();
  }
  Peer& mortal = realm.join();
  EXPECT_EQ(
      call(mortal, "wamp.session.add_testament",
           R"(["com.last",[],{}],{"publish_options":{"acknowledge":true,"disclose_me":true,"eligible":[)" +
               id(heir) + "]}}"),
      "]");
  mortal.leaves();
  EXPECT_THAT(heir.hears(), HasSubstr(R"("publisher_authid":"user3")"));
  EXPECT_EQ(other.hears(), "");
}

TEST_F(SessionMeta, TestamentsAreFlushedByScope) {
  Peer& heir = realm.join();
  heir.says(R"([32,91,{},"com.last"])");
  heir.hears();
  Peer& mortal = realm.join();
  call(mortal, "wamp.session.add_testament", R"(["com.last",["destroyed"],{}])");
  call(mortal, "wamp.session.add_testament", R"(["com.last",["detached"],{}],{"scope":"detached"})");
  EXPECT_EQ(call(mortal, "wamp.session.flush_testaments"), "]");
  EXPECT_THAT(call(mortal, "wamp.session.flush_testaments", R"([],{"scope":"forever"})"),
              StartsWith("\"wamp.error.invalid_argument\""));
  mortal.leaves();
  EXPECT_EQ(heir.hears(), "[36,1,1,{},[\"detached\"]]");
}

TEST_F(SessionMeta, TestamentsAreCheckedWhenTheyAreMade) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.testaments_per_session = 1;
  RealmHarness strict(config);
  Peer& peer = strict.join();
  EXPECT_THAT(call(peer, "wamp.session.add_testament", R"(["wamp.session.on_join",[],{}])"),
              StartsWith("\"wamp.error.invalid_uri\""));
  EXPECT_THAT(
      call(peer, "wamp.session.add_testament", R"(["com.x",[],{}],{"publish_options":{"exclude":7}})"),
      StartsWith("\"wamp.error.invalid_argument\""));
  EXPECT_THAT(call(peer, "wamp.session.add_testament", R"(["com.x",7,{}])"),
              StartsWith("\"wamp.error.invalid_argument\""));
  EXPECT_EQ(call(peer, "wamp.session.add_testament", R"(["com.x"])"), "]");
  EXPECT_THAT(call(peer, "wamp.session.add_testament", R"(["com.x"])"),
              StartsWith("\"wamp.error.too_many_requests\""));
}

TEST_F(SessionMeta, ARealmWithoutItHasNoneOfTheRoutersProceduresAndTopics) {
  config::Realm config = RealmHarness::open_realm();
  config.meta_api = false;
  RealmHarness silent(config);
  Peer& watcher = silent.join();
  for (const std::string procedure :
       {"wamp.session.count", "wamp.session.kill_all", "wamp.session.add_testament", "wamp.registration.list",
        "wamp.subscription.list", "wamp.authorization.purge"})
    EXPECT_EQ(call(watcher, procedure), "\"wamp.error.no_such_procedure\",[\"the router has no procedure " +
                                            procedure + " in this realm\"]]");
  watcher.says(R"([32,1,{"match":"prefix"},"wamp."])");
  watcher.hears();
  Peer& other = silent.join();
  other.says(R"([64,1,{},"com.add"])");
  other.says(R"([32,1,{},"com.news"])");
  other.leaves();
  EXPECT_EQ(watcher.hears(), "");
}

TEST(WelcomeDetails, AnnounceNoMetaApiOfARealmWithoutIt) {
  const Identity user{"user", "anonymous", "anonymous", "static"};
  for (const bool has_meta_api : {true, false}) {
    const wamp::Dict details = welcome_details(user, {"realm1", has_meta_api});
    const wamp::Dict& roles = *details.find("roles")->get<wamp::Dict>();
    const auto announces = [&roles](const char* role, const char* feature) {
      const wamp::Dict& features = *roles.find(role)->get<wamp::Dict>()->find("features")->get<wamp::Dict>();
      return features.find(feature) != nullptr;
    };
    EXPECT_EQ(announces("broker", "session_meta_api"), has_meta_api);
    EXPECT_EQ(announces("broker", "subscription_meta_api"), has_meta_api);
    EXPECT_EQ(announces("dealer", "registration_meta_api"), has_meta_api);
    EXPECT_EQ(announces("dealer", "testament_meta_api"), has_meta_api);
    EXPECT_TRUE(announces("dealer", "registration_revocation"));
  }
}

}  // namespace
}  // namespace router

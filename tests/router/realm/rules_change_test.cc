// The rules and limits of a realm change while it has members.
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// What is allowed on all URIs.
config::Realm with_rule(bool call, bool publish, bool subscribe, bool register_) {
  config::Realm realm = RealmHarness::open_realm();
  config::Permission& rule = realm.roles.front().permissions.front();
  rule.call = call;
  rule.publish = publish;
  rule.subscribe = subscribe;
  rule.register_ = register_;
  return realm;
}

TEST(RulesChange, MembersFollowAtTheirNextRequest) {
  RealmHarness realm;
  Peer& peer = realm.join();
  peer.says(R"([48,1,{},"com.x"])");
  peer.says(R"([16,2,{"acknowledge":true},"com.x"])");
  peer.says(R"([32,3,{},"com.x"])");
  peer.says(R"([64,4,{},"com.x"])");
  EXPECT_EQ(peer.hears(),
            "[8,48,1,{},\"wamp.error.no_such_procedure\",[\"no procedure is registered as com.x\"]]\n"
            "[17,2,1]\n[33,3,1]\n[65,4,1]");
  realm.realm().configure(with_rule(false, false, false, false));
  peer.says(R"([48,5,{},"com.x"])");
  peer.says(R"([16,6,{"acknowledge":true},"com.x"])");
  peer.says(R"([32,7,{},"com.y"])");
  peer.says(R"([64,8,{},"com.y"])");
  EXPECT_EQ(
      peer.hears(),
      "[8,48,5,{},\"wamp.error.not_authorized\",[\"role \\\"anonymous\\\" may not call \\\"com.x\\\"\"]]\n"
      "[8,16,6,{},\"wamp.error.not_authorized\",[\"role \\\"anonymous\\\" may not publish \\\"com.x\\\"\"]]\n"
      "[8,32,7,{},\"wamp.error.not_authorized\",[\"role \\\"anonymous\\\" may not subscribe "
      "\\\"com.y\\\"\"]]\n"
      "[8,64,8,{},\"wamp.error.not_authorized\",[\"role \\\"anonymous\\\" may not register "
      "\\\"com.y\\\"\"]]");
  realm.realm().configure(with_rule(true, true, true, true));
  peer.says(R"([32,9,{},"com.y"])");
  EXPECT_THAT(peer.hears(), StartsWith("[33,9,"));
}

TEST(RulesChange, WhatAMemberHasStaysIts) {
  RealmHarness realm;
  Peer& subscriber = realm.join();
  Peer& publisher = realm.join();
  subscriber.says(R"([32,1,{},"com.x"])");
  EXPECT_EQ(subscriber.hears(), "[33,1,1]");
  realm.realm().configure(with_rule(false, true, false, false));
  publisher.says(R"([16,1,{},"com.x"])");
  EXPECT_EQ(subscriber.hears(), "[36,1,1,{}]");
}

TEST(RulesChange, ARoleThatIsGoneMayDoNothing) {
  RealmHarness realm;
  Peer& peer = realm.join();
  config::Realm next = RealmHarness::open_realm();
  next.roles.front().name = "other";
  realm.realm().configure(next);
  peer.says(R"([32,1,{},"com.x"])");
  EXPECT_THAT(peer.hears(), HasSubstr("wamp.error.not_authorized"));
  Peer& late = realm.join();
  late.says(R"([32,1,{},"com.x"])");
  EXPECT_THAT(late.hears(), HasSubstr("wamp.error.not_authorized"));
}

TEST(RulesChange, LimitsHoldForWhatComesNext) {
  RealmHarness realm;
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.first"])");
  peer.says(R"([16,2,{"acknowledge":true,"retain":true},"com.a"])");
  peer.says(R"([64,3,{},"com.first"])");
  peer.hears();
  config::Realm next = RealmHarness::open_realm();
  next.limits.subscriptions_per_session = 1;
  next.limits.registrations_per_session = 1;
  next.limits.uri_length = 9;
  next.limits.retained_events = 1;
  realm.realm().configure(next);
  peer.says(R"([32,4,{},"com.b"])");
  EXPECT_THAT(peer.hears(), HasSubstr("[8,32,4,"));
  peer.says(R"([64,5,{},"com.b"])");
  EXPECT_THAT(peer.hears(), HasSubstr("[8,64,5,"));
  peer.says(R"([48,6,{},"com.234567"])");
  EXPECT_THAT(peer.hears(), HasSubstr("the URI has 10 bytes, at most 9 are allowed"));
  peer.says(R"([16,7,{"acknowledge":true,"retain":true},"com.b"])");
  EXPECT_THAT(peer.hears(), HasSubstr("[8,16,7,"));
}

}  // namespace
}  // namespace router

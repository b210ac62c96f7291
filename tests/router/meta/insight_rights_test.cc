// What is asked of the router's insight is bounded, and ends with its right: docs/insight.md.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::AllOf;
using testing::HasSubstr;

config::Realm with_a_rule_to_tap() {
  config::Realm config = RealmHarness::open_realm();
  config.roles.front().permissions.push_back({.uri = "wampd.tap.",
                                              .match = wamp::MatchPolicy::prefix,
                                              .call = true,
                                              .subscribe = true,
                                              .tap = true});
  return config;
}

void expect_that_a_tap_ends_without(bool config::Permission::*right) {
  RealmHarness realm(with_a_rule_to_tap());
  Peer& witness = realm.join();
  witness.says(R"([32,1,{},"wampd.tap.on_end"])");
  witness.hears();
  Peer& ops = realm.join();
  ops.says(R"([48,1,{},"wampd.tap.start"])");
  EXPECT_THAT(ops.hears(), HasSubstr(R"("tap":1)"));
  config::Realm config = with_a_rule_to_tap();
  realm.realm().configure(config);
  EXPECT_EQ(witness.hears(), "") << "it may go on";
  config.roles.front().permissions.back().*right = false;
  realm.realm().configure(config);
  EXPECT_THAT(witness.hears(), AllOf(HasSubstr(R"("tap":1)"), HasSubstr(R"("reason":"permission")")));
}

TEST(InsightRights, ATapEndsWhenItsOwnerMayNoLongerStartOne) {
  expect_that_a_tap_ends_without(&config::Permission::call);
}

TEST(InsightRights, ATapEndsWhenItsOwnerMayNoLongerSubscribeToIt) {
  expect_that_a_tap_ends_without(&config::Permission::subscribe);
}

TEST(InsightRights, NamesThatAreTooLongAreNotExplained) {
  RealmHarness realm;
  Peer& ops = realm.join();
  const std::string longest(config::SessionLimits().uri_length, 'x'), too_long = longest + "x";
  const auto explain = [&](const std::string& who, const std::string& uri, const std::string& role) {
    ops.says(R"([48,1,{},"wampd.explain",[")" + who + R"(","call",")" + uri + R"(",{"authrole":")" + role +
             R"("}]])");
    return ops.hears();
  };
  EXPECT_THAT(explain(longest, longest, "anonymous"), HasSubstr("[50,1,{},"));
  EXPECT_THAT(explain("me", too_long, "anonymous"), HasSubstr("uri: expected at most 4096 bytes"));
  EXPECT_THAT(explain(too_long, "com.x", "anonymous"), HasSubstr("who: expected at most 4096 bytes"));
  EXPECT_THAT(explain("me", "com.x", too_long), HasSubstr("options.authrole: expected at most 4096 bytes"));
}

}  // namespace
}  // namespace router

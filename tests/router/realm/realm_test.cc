#include "router/realm/realm.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "router/base/log.h"
#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;

TEST(Realm, RefusesInvalidUrisOnTheRequest) {
  RealmHarness realm;
  Peer& peer = realm.join();
  peer.says(R"([48,1,{},"com..add"])");
  peer.says(R"([64,2,{},"com.a b"])");
  peer.says(R"([32,3,{},""])");
  peer.says(R"([16,4,{"acknowledge":true},"com."])");
  peer.says(R"([32,5,{"match":"prefix"},"com..x"])");
  const std::string heard = peer.hears();
  for (const char* start :
       {R"([8,48,1,{},"wamp.error.invalid_uri")", R"([8,64,2,{},"wamp.error.invalid_uri")",
        R"([8,32,3,{},"wamp.error.invalid_uri")", R"([8,16,4,{},"wamp.error.invalid_uri")",
        R"([8,32,5,{},"wamp.error.invalid_uri")"})
    EXPECT_THAT(heard, HasSubstr(start));
}

TEST(Realm, DoesNotAnswerAnUnacknowledgedPublishThatIsRefused) {
  RealmHarness realm;
  Peer& peer = realm.join();
  peer.says(R"([16,1,{},"com..news"])");
  peer.says(R"([16,2,{},"wamp.session.on_join"])");
  EXPECT_EQ(peer.hears(), "");
  EXPECT_FALSE(peer.violation());
}

TEST(Realm, KeepsReservedUrisForItself) {
  RealmHarness realm;
  Peer& peer = realm.join();
  peer.says(R"([64,1,{},"wamp.session.count"])");
  EXPECT_THAT(peer.hears(), HasSubstr("wamp.error.invalid_uri"));
  peer.says(R"([16,2,{"acknowledge":true},"wamp.session.on_join"])");
  EXPECT_THAT(peer.hears(), HasSubstr("wamp.error.invalid_uri"));
  peer.says(R"([32,3,{},"wamp.session.on_join"])");
  EXPECT_EQ(peer.hears(), "[33,3,1]");
}

TEST(Realm, ChecksUrisStrictlyIfItIsToldTo) {
  config::Realm config = RealmHarness::open_realm();
  config.uri_check = wamp::UriRule::strict;
  RealmHarness realm(config);
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.News"])");
  peer.says(R"([32,2,{},"com.news"])");
  EXPECT_THAT(peer.hears(), testing::MatchesRegex(".*invalid_uri.*\n\\[33,2,1\\]"));
}

TEST(Realm, CapsTheLengthOfUris) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.uri_length = 10;
  RealmHarness realm(config);
  Peer& peer = realm.join();
  peer.says(R"([32,1,{},"com.news.a"])");
  peer.says(R"([32,2,{},"com.news.ab"])");
  EXPECT_THAT(peer.hears(), testing::MatchesRegex("\\[33,1,1\\]\n.*invalid_uri.*11 bytes.*"));
}

TEST(Realm, LetsARoleDoWhatItsPermissionsSay) {
  config::Realm config;
  config.name = "realm1";
  config::Permission call_only;
  call_only.uri = "com.api.";
  call_only.match = wamp::MatchPolicy::prefix;
  call_only.call = true;
  config.roles = {{"guest", {call_only}}};
  RealmHarness realm(config);
  Peer& guest = realm.join({}, "guest");
  guest.says(R"([48,1,{},"com.api.x"])");
  EXPECT_THAT(guest.hears(), HasSubstr("no_such_procedure"));
  guest.says(R"([64,2,{},"com.api.x"])");
  guest.says(R"([32,3,{},"com.api.x"])");
  guest.says(R"([16,4,{"acknowledge":true},"com.api.x"])");
  guest.says(R"([48,5,{},"com.other"])");
  const std::string heard = guest.hears();
  for (const char* start :
       {R"([8,64,2,{},"wamp.error.not_authorized")", R"([8,32,3,{},"wamp.error.not_authorized")",
        R"([8,16,4,{},"wamp.error.not_authorized")", R"([8,48,5,{},"wamp.error.not_authorized")"})
    EXPECT_THAT(heard, HasSubstr(start));
}

TEST(Realm, IsFullAtItsLimit) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.sessions = 1;
  Mailbox mailbox([] {});
  const SystemClock clock;
  Realm realm(config, {&mailbox}, 1, clock);
  const wamp::ClientFeatures features;
  const auto first = realm.join({0, 0, wamp::SessionId(1)}, {"a", "anonymous", "", ""}, features);
  EXPECT_TRUE(std::holds_alternative<Realm::Joined>(first));
  const auto second = realm.join({0, 1, wamp::SessionId(2)}, {"b", "anonymous", "", ""}, features);
  EXPECT_EQ(std::get<Refusal>(second).text, "realm \"realm1\" is full");
}

TEST(Realm, TellsTheMostSpecificRule) {
  config::Role role{"user", {}};
  const auto rule = [&role](const std::string& uri, wamp::MatchPolicy match, bool call) {
    config::Permission permission;
    permission.uri = uri;
    permission.match = match;
    permission.call = call;
    role.permissions.push_back(permission);
  };
  rule("com.", wamp::MatchPolicy::prefix, true);
  rule("com.secret.", wamp::MatchPolicy::prefix, false);
  rule("com.secret.open", wamp::MatchPolicy::exact, true);
  rule("org..get", wamp::MatchPolicy::wildcard, true);
  const RolePermissions permissions(role);
  EXPECT_TRUE(permissions.authorize(Action::call, "com.x").allowed);
  EXPECT_FALSE(permissions.authorize(Action::call, "com.secret.x").allowed);
  EXPECT_TRUE(permissions.authorize(Action::call, "com.secret.open").allowed);
  EXPECT_TRUE(permissions.authorize(Action::call, "org.any.get").allowed);
  EXPECT_FALSE(permissions.authorize(Action::call, "org.any.set").allowed);
  EXPECT_FALSE(permissions.authorize(Action::publish, "com.x").allowed);
}

TEST(Realm, TellsAllRulesThatMatchTheOneThatDecidesFirst) {
  config::Role role{"user", {}};
  const auto rule = [&role](const std::string& uri, wamp::MatchPolicy match) {
    config::Permission permission;
    permission.uri = uri;
    permission.match = match;
    permission.place = uri + " " + std::string(wamp::name(match));
    role.permissions.push_back(permission);
  };
  rule("", wamp::MatchPolicy::prefix);
  rule("..get", wamp::MatchPolicy::wildcard);
  rule("com..get", wamp::MatchPolicy::wildcard);
  rule("com.a.", wamp::MatchPolicy::prefix);
  rule("com.a.get", wamp::MatchPolicy::exact);
  rule("com.b.get", wamp::MatchPolicy::exact);
  const RolePermissions permissions(role);
  std::vector<std::string> places;
  for (const config::Permission* match : permissions.matching_rules("com.a.get"))
    places.push_back(match->place);
  EXPECT_THAT(places, testing::ElementsAre("com.a.get exact", "com.a. prefix", " prefix", "com..get wildcard",
                                           "..get wildcard"));
  EXPECT_EQ(permissions.deciding_rule("com.a.get")->place, places.front());
}

// What a realm whose only rule allows to call "com.open" logs.
std::string log_of(const std::function<void(Peer&)>& requests) {
  config::Permission permission;
  permission.uri = "com.open";
  permission.call = true;
  permission.place = "wampd.jsonc:7:9, $.realms[0]";
  config::Realm config = RealmHarness::open_realm();
  config.roles.front().permissions = {permission};
  RealmHarness realm(config);
  log::configure(log::Format::text, log::Level::info);
  testing::internal::CaptureStderr();
  requests(realm.join());
  return testing::internal::GetCapturedStderr();
}

TEST(Realm, LogsWhichRuleDenied) {
  const std::string log = log_of([](Peer& peer) {
    peer.says(R"([16,1,{"acknowledge":true},"com.open"])");
    EXPECT_EQ(
        peer.hears(),
        R"([8,16,1,{},"wamp.error.not_authorized",["role \"anonymous\" may not publish \"com.open\""]])");
    peer.says(R"([48,2,{},"com.closed"])");
  });
  EXPECT_THAT(log, HasSubstr("session 1001: role \"anonymous\" may not publish \"com.open\": the rule at "
                             "wampd.jsonc:7:9, $.realms[0] decides\n"));
  EXPECT_THAT(log, HasSubstr("role \"anonymous\" may not call \"com.closed\": no rule matches\n"));
}

TEST(Realm, LogsADenialOfASessionOnce) {
  const std::string log = log_of([](Peer& peer) {
    for (int request = 1; request <= 3; ++request)
      peer.says("[48," + std::to_string(request) + R"(,{},"com.closed"])");
  });
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1);
}

}  // namespace
}  // namespace router

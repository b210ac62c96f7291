// What a role may do with a pattern: nothing that it may not do with one of the URIs that the pattern
// matches.
#include <algorithm>
#include <optional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/access/authorizer.h"
#include "tests/router/support/realm_harness.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using wamp::MatchPolicy;

config::Permission rule(const std::string& uri, MatchPolicy match, bool allows) {
  config::Permission rule;
  rule.uri = uri;
  rule.match = match;
  rule.call = rule.register_ = rule.publish = rule.subscribe = allows;
  return rule;
}

class PatternPermissions : public testing::Test {
 protected:
  void allow(const std::string& uri, MatchPolicy match = MatchPolicy::exact) {
    role_.permissions.push_back(rule(uri, match, true));
  }
  void forbid(const std::string& uri, MatchPolicy match = MatchPolicy::exact) {
    role_.permissions.push_back(rule(uri, match, false));
  }
  bool may(const std::string& uri, MatchPolicy match, Action action = Action::subscribe) const {
    return RolePermissions(role_).authorize(action, uri, match).allowed;
  }

  config::Role role_{"visitor", {}};
};

TEST_F(PatternPermissions, APatternThatReachesIntoWhatIsForbiddenIsForbidden) {
  allow("com.example.", MatchPolicy::prefix);
  forbid("com.example.admin.", MatchPolicy::prefix);
  EXPECT_FALSE(may("com.example.", MatchPolicy::prefix));
  EXPECT_FALSE(may("com.example.adm", MatchPolicy::prefix));
  EXPECT_FALSE(may("com.example.admin.users.", MatchPolicy::prefix));
  EXPECT_FALSE(may("com.example..x", MatchPolicy::wildcard));
  EXPECT_FALSE(may("com.example.admin.x.", MatchPolicy::wildcard));
  EXPECT_TRUE(may("com.example.news.", MatchPolicy::prefix));
  EXPECT_TRUE(may("com.example.admins", MatchPolicy::prefix));
  EXPECT_FALSE(may("com.example..", MatchPolicy::wildcard));
  EXPECT_TRUE(may("com.example.news.", MatchPolicy::wildcard));
  EXPECT_TRUE(may("com.example.", MatchPolicy::wildcard));  // of three components
}

TEST_F(PatternPermissions, APatternThatReachesBeyondWhatIsAllowedIsForbidden) {
  allow("com.example.", MatchPolicy::prefix);
  allow("org..changed", MatchPolicy::wildcard);
  allow("net.news");
  EXPECT_FALSE(may("com.", MatchPolicy::prefix));
  EXPECT_FALSE(may("net.news", MatchPolicy::prefix));
  EXPECT_FALSE(may("org.", MatchPolicy::prefix));
  EXPECT_FALSE(may("org..", MatchPolicy::wildcard));
  EXPECT_TRUE(may("org..changed", MatchPolicy::wildcard));
  EXPECT_TRUE(may("com.example..changed", MatchPolicy::wildcard));
}

TEST_F(PatternPermissions, ALongerRuleThatAllowsMakesUpForAShorterOneThatForbids) {
  forbid("com.", MatchPolicy::prefix);
  allow("com.example.", MatchPolicy::prefix);
  EXPECT_TRUE(may("com.example.", MatchPolicy::prefix));
  EXPECT_TRUE(may("com.example..x", MatchPolicy::wildcard));
  EXPECT_FALSE(may("com.exampl", MatchPolicy::prefix));
  forbid("com..x", MatchPolicy::wildcard);  // prefixes come first, so this one never decides
  EXPECT_TRUE(may("com.example.", MatchPolicy::prefix));
}

TEST_F(PatternPermissions, OneForbiddenUriIsEnough) {
  allow("com.", MatchPolicy::prefix);
  forbid("com.secret");
  EXPECT_FALSE(may("com.s", MatchPolicy::prefix));
  EXPECT_FALSE(may("com.", MatchPolicy::wildcard));
  EXPECT_TRUE(may("com..", MatchPolicy::wildcard));
  EXPECT_TRUE(may("com.secret.", MatchPolicy::prefix));
}

TEST_F(PatternPermissions, TheReasonIsARuleAndAUriOnWhichItDecides) {
  allow("com.", MatchPolicy::prefix);
  forbid("com..x", MatchPolicy::wildcard);
  forbid("com.example.admin.", MatchPolicy::prefix);
  const RolePermissions permissions(role_);
  const auto by_rule = permissions.decide(Action::subscribe, "com.example.adm", MatchPolicy::prefix);
  ASSERT_TRUE(by_rule.rule);
  EXPECT_EQ(by_rule.rule->uri, "com.example.admin.");
  EXPECT_THAT(by_rule.uri, StartsWith("com.example.admin.#"));
  const auto by_none = permissions.decide(Action::subscribe, "", MatchPolicy::prefix);
  EXPECT_EQ(by_none.rule, nullptr);
  EXPECT_THAT(by_none.uri, StartsWith("#.#"));
}

TEST_F(PatternPermissions, WhatNoRegistrationIsCalledForDoesNotCount) {
  allow("", MatchPolicy::prefix);
  forbid("wamp.session.kill");
  EXPECT_TRUE(may("", MatchPolicy::prefix, Action::register_));
  EXPECT_FALSE(may("", MatchPolicy::prefix, Action::subscribe));
}

TEST_F(PatternPermissions, OnlyARuleThatNamesTheRoutersOwnDecidesOnIt) {
  allow("", MatchPolicy::prefix);
  allow("wampd", MatchPolicy::prefix);
  allow("..", MatchPolicy::wildcard);
  for (const char* const uri : {"wampd.log.level", "wampd.tap.on_start"}) {
    EXPECT_FALSE(may(uri, MatchPolicy::exact, Action::call)) << uri;
    EXPECT_FALSE(may(uri, MatchPolicy::exact)) << uri;
  }
  EXPECT_FALSE(may("wampd.", MatchPolicy::prefix));
  EXPECT_FALSE(may("wampd..on_start", MatchPolicy::wildcard));
  EXPECT_TRUE(may("wampdx.mine", MatchPolicy::exact));
  EXPECT_TRUE(may("wamp.session.kill", MatchPolicy::exact, Action::call));
  allow("wampd.tap.", MatchPolicy::prefix);
  allow("wampd..level", MatchPolicy::wildcard);
  EXPECT_TRUE(may("wampd.tap.on_start", MatchPolicy::exact));
  EXPECT_TRUE(may("wampd.log.level", MatchPolicy::exact, Action::call));
  EXPECT_TRUE(may("wampd.tap.", MatchPolicy::prefix));
  EXPECT_FALSE(may("wampd.", MatchPolicy::prefix));
  EXPECT_FALSE(may("wampd.stats.realm", MatchPolicy::exact, Action::call));
}

// It brings nothing of what it does not name.
TEST_F(PatternPermissions, APatternThatDoesNotNameTheRoutersOwnIsAskedAboutAllElse) {
  allow("", MatchPolicy::prefix);
  EXPECT_TRUE(may("", MatchPolicy::prefix));
  EXPECT_TRUE(may("wamp", MatchPolicy::prefix));
  EXPECT_TRUE(may(".tap.on_start", MatchPolicy::wildcard));
  forbid("wampd.", MatchPolicy::prefix);
  EXPECT_TRUE(may("", MatchPolicy::prefix));
  forbid("wampd", MatchPolicy::prefix);
  EXPECT_FALSE(may("", MatchPolicy::prefix));
  EXPECT_FALSE(may(".tap.on_start", MatchPolicy::wildcard));
}

TEST_F(PatternPermissions, OthersRegistrationsAreTakenOnlyWhereEachOfTheirUrisMayBe) {
  allow("com.", MatchPolicy::prefix);
  role_.permissions.back().force_reregister = true;
  allow("com.example.", MatchPolicy::prefix);
  const RolePermissions permissions(role_);
  EXPECT_TRUE(permissions.authorize(Action::register_, "com.other.", MatchPolicy::prefix).force_reregister);
  const Grant partly = permissions.authorize(Action::register_, "com.ex", MatchPolicy::prefix);
  EXPECT_TRUE(partly.allowed);
  EXPECT_FALSE(partly.force_reregister);
}

TEST_F(PatternPermissions, HoldForSubscribersAndCallees) {
  config::Realm config = RealmHarness::open_realm();
  config.roles.front().permissions = {rule("com.example.", MatchPolicy::prefix, true),
                                      rule("com.example.admin.", MatchPolicy::prefix, false)};
  RealmHarness realm(config);
  Peer& peer = realm.join();
  peer.says(R"([32,1,{"match":"prefix"},"com.example.adm"])");
  EXPECT_EQ(peer.hears(),
            "[8,32,1,{},\"wamp.error.not_authorized\",[\"role \\\"anonymous\\\" may not subscribe "
            "prefix \\\"com.example.adm\\\"\"]]");
  peer.says(R"([64,2,{"match":"wildcard"},"com.example..x"])");
  EXPECT_THAT(peer.hears(), HasSubstr("wamp.error.not_authorized"));
  peer.says(R"([32,3,{"match":"prefix"},"com.example.news."])");
  EXPECT_THAT(peer.hears(), StartsWith("[33,3,"));
}

// ---- against all URIs of a small world, decided one by one without any index

std::vector<std::string> parts(const std::string& uri) {
  std::vector<std::string> parts(1);
  for (const char c : uri)
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

bool matches(const std::string& pattern, MatchPolicy match, const std::string& uri,
             const std::vector<std::string>& parts_of_uri) {
  if (match == MatchPolicy::exact) return pattern == uri;
  if (match == MatchPolicy::prefix) return uri.starts_with(pattern);
  const auto wanted = parts(pattern);
  return std::equal(wanted.begin(), wanted.end(), parts_of_uri.begin(), parts_of_uri.end(),
                    [](const std::string& w, const std::string& g) { return w.empty() || w == g; });
}

// Whether `a` decides where both rules match.
bool comes_first(const config::Permission& a, const config::Permission& b) {
  if (a.match != b.match) return a.match < b.match;
  if (a.match == MatchPolicy::prefix) return a.uri.size() > b.uri.size();
  const auto x = parts(a.uri), y = parts(b.uri);
  for (size_t i = 0; i < x.size(); ++i)
    if (x[i].empty() != y[i].empty()) return y[i].empty();
  return false;
}

// Rules and requests have the letters a and b and up to three components, so "c" and a fourth component are
// what no rule knows.
class SmallWorld {
 public:
  SmallWorld() {
    std::vector<std::string> longest = {""};
    for (int count = 1; count <= 4; ++count) {
      std::vector<std::string> longer;
      for (const std::string& uri : longest)
        for (const char* component : {"a", "b", "c", "aa", "ba", "ac", "bc"})
          longer.push_back(uri.empty() ? component : uri + "." + component);
      for (const std::string& uri : longer) uris_.push_back({uri, parts(uri)});
      longest = std::move(longer);
    }
  }

  std::pair<std::string, MatchPolicy> random_pattern() {
    for (;;) {
      const auto match = static_cast<MatchPolicy>(below(3));
      std::string uri;
      for (size_t count = below(3) + 1, i = 0; i < count; ++i) {
        if (i > 0) uri += '.';
        if (below(4) > 0) uri += below(2) == 0 ? 'a' : 'b';
        if (match == MatchPolicy::exact && below(3) == 0) uri += 'a';
      }
      if (wamp::is_valid_uri(uri, wamp::UriRule::loose, match)) return {uri, match};
    }
  }
  size_t below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random_); }

  // Decides on all URIs, one by one.
  void follow(const config::Role& role) {
    for (Uri& uri : uris_) {
      const config::Permission* decides = nullptr;
      for (const config::Permission& rule : role.permissions)
        if (matches(rule.uri, rule.match, uri.text, uri.parts) && (!decides || comes_first(rule, *decides)))
          decides = &rule;
      uri.allowed = decides && decides->subscribe;
    }
  }
  // The first URI that the pattern matches and that is not allowed.
  std::optional<std::string> forbidden(const std::string& pattern, MatchPolicy match) const {
    for (const Uri& uri : uris_)
      if (!uri.allowed && matches(pattern, match, uri.text, uri.parts)) return uri.text;
    return std::nullopt;
  }

 private:
  struct Uri {
    std::string text;
    std::vector<std::string> parts;
    bool allowed = false;
  };
  std::vector<Uri> uris_;
  std::mt19937 random_{20260};
};

std::string text_of(const config::Role& role) {
  std::string text;
  for (const config::Permission& rule : role.permissions)
    text += std::string(wamp::name(rule.match)) + " \"" + rule.uri + "\" " +
            (rule.subscribe ? "allows" : "forbids") + "\n";
  return text;
}

TEST(PatternPermissionsOfASmallWorld, AreThoseOfAllItsUris) {
  SmallWorld world;
  int allowed = 0, refused = 0;
  for (int round = 0; round < 400; ++round) {
    config::Role role{"visitor", {}};
    if (world.below(2) == 0) role.permissions.push_back(rule("", MatchPolicy::prefix, true));
    for (size_t count = world.below(6), i = 0; i < count; ++i) {
      const auto [uri, match] = world.random_pattern();
      const auto same = [&, uri = uri, match = match](const config::Permission& other) {
        return other.uri == uri && other.match == match;
      };
      if (std::none_of(role.permissions.begin(), role.permissions.end(), same))
        role.permissions.push_back(rule(uri, match, world.below(3) > 0));
    }
    const RolePermissions permissions(role);
    world.follow(role);
    for (int request = 0; request < 10; ++request) {
      const auto [uri, match] = world.random_pattern();
      const auto forbidden = world.forbidden(uri, match);
      const auto decision = permissions.decide(Action::subscribe, uri, match);
      ASSERT_EQ(decision.grant.allowed, !forbidden)
          << text_of(role) << "asked for " << wamp::name(match) << " \"" << uri << "\"; found \""
          << decision.uri << "\", by trial " << forbidden.value_or("nothing");
      ++(forbidden ? refused : allowed);
    }
  }
  EXPECT_GT(allowed, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace router

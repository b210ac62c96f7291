// Which questions are asked of an authorizer, and which answers are kept; what else there is beside, and
// bounds.
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/session/held_requests.h"
#include "tests/router/support/authorized_wires.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// ---- identical questions

TEST(HeldRequests, IdenticalOnesOfASessionAreAskedAboutOnce) {
  AuthorizedWires router;
  Wire& user = router.user();
  for (int i = 1; i <= 50; ++i)
    user.receives("[16," + std::to_string(i) + R"(,{"acknowledge":true},"com.t",[)" + std::to_string(i) +
                  "]]");
  user.receives(R"([16,51,{"acknowledge":true,"exclude_me":false},"com.t"])");
  user.receives(R"([32,52,{},"com.t"])");
  EXPECT_EQ(router.authorizer().asked().size(), 3u);
  router.authorizer().answers("true");
  EXPECT_THAT(user.sent(), AllOf(HasSubstr("[17,50,"), Not(HasSubstr("[17,51,"))));
  router.authorizer().answers("true");
  router.authorizer().answers("true");
  // It was not to be kept.
  user.receives(R"([16,53,{"acknowledge":true},"com.t"])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
}

TEST(HeldRequests, IdenticalOnesOfARoleAreAskedAboutOnceIfTheAnswerMayBeKept) {
  AuthorizedWires router(R"("cache_by": "role")");
  std::vector<Wire*> users;
  for (int i = 0; i < 5; ++i) users.push_back(&router.user());
  for (Wire* user : users) user->receives(R"([32,1,{},"com.t"])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  for (Wire* user : users) EXPECT_THAT(user->sent(), StartsWith("[33,1,"));
}

TEST(HeldRequests, WhatMayNotBeKeptIsForTheSessionThatAsked) {
  AuthorizedWires router(R"("cache_by": "role")");
  Wire& first = router.user();
  Wire& second = router.user();
  Wire& third = router.user();
  for (Wire* user : {&first, &second, &third}) user->receives(R"([32,1,{},"com.t"])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers("true");
  EXPECT_THAT(first.sent(), StartsWith("[33,1,"));
  // Both at once, not one after the other.
  EXPECT_EQ(router.authorizer().asked().size(), 2u);
  EXPECT_THAT(router.authorizer().answers("false"),
              HasSubstr("\"session\":" + std::to_string(second.session_id())));
  EXPECT_THAT(second.sent(), StartsWith("[8,32,1,"));
  router.authorizer().answers("true");
  EXPECT_THAT(third.sent(), StartsWith("[33,1,"));
}

TEST(HeldRequests, WhoWaitsForAnotherSessionAsksWhenThatOneLeaves) {
  AuthorizedWires router(R"("cache_by": "role")");
  Wire& first = router.user();
  Wire& second = router.user();
  first.receives(R"([32,1,{},"com.t"])");
  second.receives(R"([32,1,{},"com.t"])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  first.breaks();
  EXPECT_EQ(router.authorizer().asked().size(), 2u);
  router.authorizer().answers("true");
  EXPECT_EQ(second.sent(), "");
  router.authorizer().answers("true");
  EXPECT_THAT(second.sent(), StartsWith("[33,1,"));
}

TEST(HeldRequests, WhoWaitsForAnotherSessionMayLeave) {
  AuthorizedWires router(R"("cache_by": "role")");
  Wire& first = router.user();
  Wire& second = router.user();
  first.receives(R"([32,1,{},"com.t"])");
  second.receives(R"([32,1,{},"com.t"])");
  second.breaks();
  router.authorizer().answers("true");
  EXPECT_THAT(first.sent(), StartsWith("[33,1,"));
  EXPECT_THAT(router.authorizer().asked(), testing::IsEmpty());
}

TEST(HeldRequests, WhoWaitsForAnotherSessionTwiceIsToldOfBoth) {
  AuthorizedWires router(R"("cache_by": "role")");
  Wire& first = router.user();
  Wire& second = router.user();
  first.receives(R"([48,1,{},"com.a"])");
  // The same URI with other options: what is kept counts for them too.
  second.receives(R"([48,1,{},"com.a"])");
  second.receives(R"([48,2,{"timeout":5},"com.a"])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers("false");
  ASSERT_EQ(router.authorizer().asked().size(), 2u);
  const bool is_first = router.authorizer().asked().front().find("timeout") == std::string::npos;
  router.authorizer().answers(is_first ? "false" : "true");
  router.authorizer().answers(is_first ? "true" : "false");
  EXPECT_THAT(second.sent(),
              testing::ContainsRegex("^\\[8,48,1,.*not_authorized.*\n\\[8,48,2,.*no_such_proc"));
}

// ---- kept answers

TEST(HeldRequests, KeptAnswersAreForTheirSessionOrForTheirRole) {
  for (const bool by_role : {false, true}) {
    AuthorizedWires router(by_role ? R"("cache_by": "role")" : "");
    Wire& first = router.user();
    first.receives(R"([32,1,{},"com.t"])");
    router.authorizer().answers(R"({"allow":true,"cache":true})");
    first.breaks();
    Wire& second = router.user();
    second.receives(R"([32,1,{},"com.t"])");
    EXPECT_EQ(router.authorizer().asked().size(), by_role ? 0u : 1u);
  }
}

TEST(HeldRequests, KeptAnswersAreForOneActionAndOneMatchPolicy) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  user.receives(R"([32,2,{"match":"prefix"},"com.t"])");
  user.receives(R"([48,3,{},"com.t"])");
  user.receives(R"([32,4,{},"com.t2"])");
  EXPECT_EQ(router.authorizer().asked().size(), 3u);
}

TEST(HeldRequests, KeptAnswersExpire) {
  AuthorizedWires router(R"("cache_ttl_ms": 1000)");
  Wire& user = router.user();
  user.receives(R"([16,1,{},"com.t"])");
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  router.router().passes(milliseconds(999));
  user.receives(R"([16,2,{},"com.t"])");
  EXPECT_THAT(router.authorizer().asked(), testing::IsEmpty());
  router.router().passes(milliseconds(1));
  user.receives(R"([16,3,{},"com.t"])");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
}

TEST(HeldRequests, KeptAnswersCanBePurged) {
  for (const std::string which :
       {"", R"(,[],{"uri":"com.t"})", R"(,[],{"authrole":"user"})", R"(,[],{"authrole":"other"})",
        R"(,[],{"uri":"com.other"})", R"(,[],{"session":1})", R"(,[],{"uri":5})"}) {
    AuthorizedWires router;
    Wire& admin = router.backend();
    Wire& user = router.user();
    user.receives(R"([16,1,{},"com.t"])");
    router.authorizer().answers(R"({"allow":true,"cache":true})");
    const bool fits = which.empty() || which.find("com.t") != std::string::npos ||
                      which.find("\"user\"") != std::string::npos;
    EXPECT_EQ(says(admin, R"([48,1,{},"wamp.authorization.purge")" + which + "]"),
              which.find("5}") != std::string::npos
                  ? R"([8,48,1,{},"wamp.error.invalid_argument",["uri: expected a string, got an integer"]])"
              : fits ? "[50,1,{},[1]]"
                     : "[50,1,{},[0]]")
        << which;
    user.receives(R"([16,2,{},"com.t"])");
    EXPECT_EQ(router.authorizer().asked().size(), fits ? 1u : 0u) << which;
  }
}

TEST(HeldRequests, AnAnswerThatWasAskedForBeforeAPurgeIsNotKept) {
  AuthorizedWires router(R"("cache_by": "role")");
  Wire& first = router.user();
  Wire& second = router.user();
  first.receives(R"([32,1,{},"com.t"])");
  second.receives(R"([32,1,{},"com.t"])");
  router.backend().receives(R"([48,1,{},"wamp.authorization.purge"])");
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  EXPECT_THAT(first.sent(), StartsWith("[33,1,"));
  EXPECT_EQ(second.sent(), "");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers("false");
  EXPECT_THAT(second.sent(), StartsWith("[8,32,1,"));
}

TEST(HeldRequests, UsersMayNotPurgeUnlessTheyAreAllowedTo) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([48,1,{},"wamp.authorization.purge"])");
  router.authorizer().answers("false");
  EXPECT_THAT(user.sent(), HasSubstr("wamp.error.not_authorized"));
}

// ---- with what else there is

config::Realm with_user(std::optional<std::string> authorizer) {
  config::Realm realm;
  realm.name = "realm1";
  config::Role& user = realm.roles.emplace_back();
  user.name = "user";
  if (authorizer) {
    user.authorizer.emplace();
    user.authorizer->procedure = *authorizer;
  } else {
    config::Permission everything;
    everything.match = wamp::MatchPolicy::prefix;
    everything.subscribe = everything.publish = true;
    user.permissions.push_back(everything);
  }
  return realm;
}

TEST(HeldRequests, FollowAReload) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  // From now on there are rules; what was asked about before is still waited for.
  router.realm().configure(with_user(std::nullopt));
  user.receives(R"([32,2,{},"com.t"])");
  EXPECT_EQ(user.sent(), "");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  router.authorizer().answers(R"({"allow":true,"cache":true})");
  EXPECT_THAT(user.sent(), testing::ContainsRegex("^\\[33,1,.*\n\\[33,2,"));
  EXPECT_THAT(says(user, R"([16,3,{"acknowledge":true},"com.t"])"), StartsWith("[17,3,"));
  // And now there is an authorizer again, and nothing is remembered.
  router.realm().configure(with_user("com.auth"));
  EXPECT_EQ(says(user, R"([32,4,{},"com.t"])"), "");
  EXPECT_EQ(router.authorizer().asked().size(), 1u);
  // The same question to another one is another question.
  router.realm().configure(with_user("com.other"));
  EXPECT_EQ(says(user, R"([32,5,{},"com.t"])"), "");
  router.authorizer().answers("true");
  EXPECT_THAT(user.sent(), testing::ContainsRegex("^\\[33,4,.*\n\\[8,32,5,.*authorization_failed"));
}

TEST(HeldRequests, TheHistoryIsOpenForSubscriptionsThatTheSessionHolds) {
  AuthorizedWires router;
  Wire& backend = router.backend();
  backend.receives(R"([32,1,{},"com.other"])");
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.own"])");
  router.authorizer().answers("true");
  const std::string own = user.sent(), other = backend.sent();
  const auto subscription_of = [](const std::string& subscribed) {
    return subscribed.substr(6, subscribed.find(']') - 6);
  };
  int request = 1;
  const auto asks_for = [&](const std::string& subscription) {
    user.receives("[48," + std::to_string(++request) + R"(,{},"wamp.subscription.get_events",[)" +
                  subscription + "]]");
    router.authorizer().answers("true");
    return user.sent();
  };
  EXPECT_THAT(asks_for(subscription_of(own)), HasSubstr("wamp.error.history_unavailable"));
  EXPECT_THAT(asks_for(subscription_of(other)), HasSubstr("wamp.error.not_authorized"));
}

TEST(HeldRequests, OnlyTheConfigurationLetsWhoMayRegisterTakeOver) {
  for (const bool force : {true, false}) {
    AuthorizedWires router(force ? R"("force_reregister": true)" : "");
    router.backend().receives(R"([64,1,{},"com.a"])");
    Wire& user = router.user();
    user.receives(R"([64,1,{"force_reregister":true},"com.a"])");
    router.authorizer().answers("true");
    EXPECT_THAT(user.sent(), StartsWith(force ? "[65,1," : "[8,64,1,"));
  }
}

// ---- bounds

TEST(HeldRequests, AConnectionIsNotReadWhileTooManyWait) {
  AuthorizedWires router(R"("max_held_requests": 4)");
  Wire& user = router.user();
  for (int i = 1; i <= 4; ++i) {
    EXPECT_FALSE(user.paused());
    user.receives("[32," + std::to_string(i) + R"(,{},"com.t)" + std::to_string(i) + "\"]");
  }
  EXPECT_TRUE(user.paused());
  router.authorizer().answers("true");
  EXPECT_TRUE(user.paused());
  router.authorizer().answers("true");
  EXPECT_FALSE(user.paused());
}

TEST(HeldRequests, AConnectionIsNotReadWhileTooManyBytesWait) {
  AuthorizedWires router(R"("max_held_bytes": 2000)");
  Wire& user = router.user();
  user.receives(R"([16,1,{},"com.t",[")" + std::string(900, 'x') + "\"]]");
  EXPECT_FALSE(user.paused());
  user.receives(R"([16,2,{},"com.t",[")" + std::string(900, 'x') + "\"]]");
  EXPECT_TRUE(user.paused());
  router.authorizer().answers("true");
  EXPECT_FALSE(user.paused());
}

TEST(HeldRequests, WhoIsThrownOutWhileItIsNotReadIsReadAgain) {
  AuthorizedWires router(R"("max_held_requests": 1)");
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  EXPECT_TRUE(user.paused());
  router.backend().receives(R"([48,1,{},"wamp.session.kill",[)" + std::to_string(user.session_id()) + "]]");
  EXPECT_FALSE(user.paused());
}

TEST(HeldRequests, AnAuthorizerOfTheRoleItDecidesAboutIsNoDeadlock) {
  AuthorizedWires router(R"("timeout_ms": 100)");
  router.authorizer().wire().breaks();
  Wire& user = router.user();
  user.receives(R"([64,1,{},"com.auth"])");
  EXPECT_THAT(user.sent(), HasSubstr("wamp.error.authorization_failed"));
  EXPECT_FALSE(user.closed());
}

TEST(HeldRequests, TheRouterMayShutDownWhileTheyWait) {
  AuthorizedWires router;
  Wire& user = router.user();
  user.receives(R"([32,1,{},"com.t"])");
  router.router().worker().begin_drain({});
  router.router().worker().end_turn();
  EXPECT_THAT(user.sent(), HasSubstr("wamp.close.system_shutdown"));
}

}  // namespace
}  // namespace router

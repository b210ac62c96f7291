// What a session, a role and a realm may have at most, and that the client is told.
#include <gtest/gtest.h>

#include "router/config/file/default_config.h"
#include "tests/router/support/realm_harness.h"
#include "tests/router/support/session_wires.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto too_many = "wamp.error.too_many_requests";

config::Config with_role_limits(const std::map<std::string, uint64_t, std::less<>>& limits) {
  config::Config config = config::default_config();
  config.realms.front().limits.uri_length = 100;
  config.realms.front().roles.front().limits = limits;
  return config;
}

TEST(SessionLimits, AreToldInWelcome) {
  SessionHarness router(with_role_limits({{"uri_length", 12}, {"calls_in_flight_per_session", 3}}));
  Wire& client = router.connect();
  const std::string welcome = says(client, R"([1,"realm1",{"roles":{"caller":{}}}])");
  EXPECT_THAT(welcome, HasSubstr(R"("limits":{"max_message_size":16777216,"max_depth":128,)"));
  EXPECT_THAT(welcome, HasSubstr(R"("calls_in_flight_per_session":3)"));
  EXPECT_THAT(welcome, HasSubstr(R"("uri_length":12)"));
  EXPECT_THAT(welcome, HasSubstr(R"("subscriptions_per_session":100000)"));
}

TEST(SessionLimits, OfRatesAreToldAsTheLowerOfTheTransportsAndTheRoles) {
  config::Config config = with_role_limits({{"messages_per_second", 300}});
  config.transports.front().limits.messages_per_second = 400;
  config.transports.front().limits.bytes_per_second = 5000;
  SessionHarness router(config);
  const std::string welcome = says(router.connect(), R"([1,"realm1",{"roles":{"caller":{}}}])");
  EXPECT_THAT(welcome, HasSubstr(R"("messages_per_second":300)"));
  EXPECT_THAT(welcome, HasSubstr(R"("bytes_per_second":5000)"));
}

TEST(SessionLimits, OfARoleTakeThePlaceOfTheRealms) {
  SessionHarness router(with_role_limits({{"uri_length", 12}}));
  Wire& client = router.join();
  EXPECT_THAT(says(client, R"([32,1,{},"com.123456789"])"),
              HasSubstr("the URI has 13 bytes, at most 12 are allowed"));
  EXPECT_THAT(says(client, R"([32,2,{},"com.12345678"])"), HasSubstr("[33,2,"));
}

TEST(SessionLimits, OfARoleAreForEachOfItsSessions) {
  SessionHarness router(with_role_limits({{"subscriptions_per_session", 1},
                                          {"registrations_per_session", 1},
                                          {"calls_in_flight_per_session", 1}}));
  Wire& client = router.join();
  EXPECT_THAT(says(client, R"([32,1,{},"com.a"])"), HasSubstr("[33,1,"));
  EXPECT_THAT(says(client, R"([32,2,{},"com.a"])"), HasSubstr("[33,2,")) << "it has this one already";
  EXPECT_THAT(says(client, R"([32,3,{},"com.b"])"), HasSubstr(too_many));
  EXPECT_THAT(says(client, R"([64,4,{},"com.a"])"), HasSubstr("[65,4,"));
  EXPECT_THAT(says(client, R"([64,5,{},"com.b"])"), HasSubstr(too_many));
  Wire& caller = router.join();
  EXPECT_EQ(says(caller, R"([48,1,{},"com.a"])"), "");
  EXPECT_THAT(says(caller, R"([48,2,{},"com.a"])"), HasSubstr(too_many));
  EXPECT_FALSE(caller.closed());
}

TEST(SessionLimits, BoundTheComponentsOfAUri) {
  SessionHarness router(with_role_limits({{"uri_components", 3}}));
  Wire& client = router.join();
  EXPECT_THAT(says(client, R"([32,1,{},"a.b.c"])"), HasSubstr("[33,1,"));
  EXPECT_THAT(says(client, R"([32,2,{},"a.b.c.d"])"),
              HasSubstr("the URI has 4 components, at most 3 are allowed"));
}

TEST(SessionLimits, LetAUriHave128ComponentsByDefault) {
  SessionHarness router;
  Wire& wire = router.join();
  const auto uri = [](size_t components) {
    std::string made = "a";
    for (size_t i = 1; i < components; ++i) made += ".a";
    return made;
  };
  EXPECT_THAT(says(wire, "[64,1,{},\"" + uri(128) + "\"]"), StartsWith("[65,1,"));
  EXPECT_EQ(says(wire, "[48,2,{},\"" + uri(128) + "\"]"), "[68,1,1,{}]");
  EXPECT_THAT(says(wire, "[64,3,{},\"" + uri(129) + "\"]"),
              HasSubstr("the URI has 129 components, at most 128 are allowed"));
}

TEST(SessionLimits, BoundTheSessionsOfAnAuthid) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.sessions_per_authid = 2;
  Mailbox mailbox([] {});
  const SystemClock clock;
  Realm realm(config, {&mailbox}, 1, clock);
  uint64_t sessions = 0;
  const auto join = [&](const std::string& authid) {
    ++sessions;
    return realm.join({0, static_cast<uint32_t>(sessions), wamp::SessionId(sessions)},
                      {authid, "anonymous", "", ""}, wamp::ClientFeatures());
  };
  auto first = join("joe");
  const auto second = join("joe");
  EXPECT_TRUE(std::holds_alternative<Realm::Joined>(second));
  const auto third = join("joe");
  ASSERT_TRUE(std::holds_alternative<Refusal>(third));
  EXPECT_EQ(std::get<Refusal>(third).error_uri, too_many);
  EXPECT_EQ(std::get<Refusal>(third).text,
            "\"joe\" has 2 sessions in realm \"realm1\", the most that it may have");
  EXPECT_TRUE(std::holds_alternative<Realm::Joined>(join("ann")));
  first = join("jim");
  const auto next = join("joe");
  EXPECT_TRUE(std::holds_alternative<Realm::Joined>(next));
  EXPECT_TRUE(std::holds_alternative<Refusal>(join("joe")));
}

TEST(RealmLimits, BoundTheShapesOfWildcardPatterns) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.wildcard_shapes = 2;
  config.limits.wildcard_shapes_per_session = 1;
  RealmHarness realm(config);
  Peer& first = realm.join();
  Peer& second = realm.join();
  for (const std::string request : {"32", "64"}) {
    const std::string number = request == "32" ? "1" : "3";
    first.says("[" + request + "," + number + R"(,{"match":"wildcard"},"a..c.."])");
    EXPECT_THAT(first.hears(), HasSubstr("," + number + ",1]"));
    first.says("[" + request + "," + number + R"(,{"match":"wildcard"},"..c.d."])");
    EXPECT_THAT(first.hears(), HasSubstr("this session has brought 1 shapes of wildcard patterns"));
    second.says("[" + request + "," + number + R"(,{"match":"wildcard"},"..c.d.e"])");
    EXPECT_THAT(second.hears(), HasSubstr("," + number + ",2]"));
    second.says("[" + request + "," + number + R"(,{"match":"wildcard"},"...d.e"])");
    EXPECT_THAT(second.hears(), AllOf(HasSubstr(too_many), HasSubstr("the realm has 2 shapes")));
    EXPECT_FALSE(second.violation());
  }
}

TEST(RealmLimits, BoundDifferentSubscriptionsAndRegistrations) {
  config::Realm config = RealmHarness::open_realm();
  config.limits.subscriptions = config.limits.registrations = 1;
  RealmHarness realm(config);
  Peer& first = realm.join();
  first.says(R"([32,1,{},"com.a"])");
  first.says(R"([64,2,{"invoke":"roundrobin"},"com.a"])");
  EXPECT_THAT(first.hears(), Not(HasSubstr(too_many)));
  Peer& second = realm.join();
  second.says(R"([32,1,{},"com.a"])");
  second.says(R"([64,2,{"invoke":"roundrobin"},"com.a"])");
  EXPECT_THAT(second.hears(), Not(HasSubstr(too_many)));
  second.says(R"([32,3,{},"com.b"])");
  EXPECT_THAT(second.hears(), HasSubstr("there are 1 subscriptions, the most that the realm allows"));
  second.says(R"([64,4,{},"com.b"])");
  EXPECT_THAT(second.hears(), HasSubstr("there are 1 registrations, the most that the realm allows"));
}

}  // namespace
}  // namespace router

#include "router/matching/route_cache.h"

#include <string>

#include <gtest/gtest.h>

namespace router {
namespace {

struct ARoute {
  std::string to;
  size_t takes = 100;

  size_t bytes() const { return takes; }
};

class ARouteCache : public testing::Test {
 protected:
  using Cache = RouteCache<ARoute>;

  StampedRoute<ARoute> route(const std::string& to, size_t bytes = 100) const {
    return {std::make_shared<const ARoute>(ARoute{to, bytes}), generations.stamp(to)};
  }
  static std::string numbered(int number) { return "com.topic" + std::to_string(number); }
  // Where it leads; empty: nowhere. Counts how often that is looked for anew.
  std::string look_up(Cache& cache, const std::string& uri) {
    StampedRoute<ARoute> made;
    const auto& found = cache.look_up(uri, generations, made, [&] {
      ++searches;
      return route(uri);
    });
    return found.route ? found.route->to : "";
  }

  RouteGenerations generations;
  int searches = 0;
};

TEST_F(ARouteCache, FindsARouteOnceUntilSomethingChanges) {
  Cache cache;
  EXPECT_EQ(look_up(cache, "com.a"), "com.a");
  EXPECT_EQ(look_up(cache, "com.a"), "com.a");
  EXPECT_EQ(searches, 1);
  generations.changing("com.a", wamp::MatchPolicy::exact);
  look_up(cache, "com.a");
  EXPECT_EQ(searches, 2);
  generations.changing("com", wamp::MatchPolicy::prefix);
  look_up(cache, "com.a");
  look_up(cache, "com.a");
  EXPECT_EQ(searches, 3);
  EXPECT_EQ(cache.size(), 1u);
}

TEST_F(ARouteCache, KnowsThatARouteLeadsNowhere) {
  Cache cache;
  cache.put("com.a", {nullptr, generations.stamp("com.a")});
  EXPECT_EQ(look_up(cache, "com.a"), "");
  EXPECT_EQ(searches, 0);
}

TEST_F(ARouteCache, TakesNothingBeforeItIsUsed) {
  const auto account = std::make_shared<transport::Account>();
  Cache cache(transport::Charge(account, transport::Holding::output));
  EXPECT_EQ(cache.find("com.a"), nullptr);
  EXPECT_EQ(account->total(), 0u);
  cache.put("com.a", route("com.a"));
  EXPECT_EQ(account->total(), cache.bytes());
  EXPECT_GT(cache.bytes(), 100u);
}

TEST_F(ARouteCache, IsBoundedInRoutes) {
  Cache cache({}, {.routes = 10});
  for (int i = 0; i < 1000; ++i) cache.put(numbered(i), route(numbered(i)));
  EXPECT_EQ(cache.size(), 10u);
  EXPECT_EQ(look_up(cache, numbered(999)), numbered(999));
  EXPECT_EQ(searches, 0);
}

TEST_F(ARouteCache, IsBoundedInBytes) {
  Cache cache({}, {.bytes = 200'000});
  for (int i = 0; i < 10'000; ++i) {
    cache.put(numbered(i % 700), route(numbered(i % 700), static_cast<size_t>(i % 1500)));
    ASSERT_LE(cache.bytes(), 200'000u);
  }
  EXPECT_GT(cache.bytes(), 190'000u);
}

TEST_F(ARouteCache, KeepsWhatIsUsed) {
  Cache cache({}, {.routes = 10});
  for (int i = 0; i < 1000; ++i) {
    look_up(cache, "com.often");
    cache.put(numbered(i), route(numbered(i)));
  }
  EXPECT_EQ(searches, 1);
}

TEST_F(ARouteCache, DoesNotKeepWhatTakesALargePartOfIt) {
  Cache cache({}, {.bytes = 128'000});
  cache.put("com.large", route("com.large", 1001));
  EXPECT_EQ(cache.size(), 0u);
  cache.put("com.a", route("com.a", 1000));
  const size_t before = cache.bytes();
  cache.put("com.a", route("com.a", 1001));
  EXPECT_EQ(cache.bytes(), before - 1000);
  look_up(cache, "com.a");
  EXPECT_EQ(searches, 1);
}

}  // namespace
}  // namespace router

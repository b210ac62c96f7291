// That each worker has the audiences that the broker believes it to have: the same sessions in the same
// places, whoever comes and goes.
#include <random>

#include <gtest/gtest.h>

#include "tests/router/support/audience_town.h"

namespace router::broker {
namespace {

TEST(AudiencesOfWorkers, AreThoseOfTheBroker) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    AudienceTown town;
    std::mt19937_64 random(seed);
    const auto chance = [&random](size_t of) { return random() % of; };
    for (int step = 0; step < 400; ++step) {
      AudienceTown::Inhabitant& one = town.inhabitants[chance(town.inhabitants.size())];
      const size_t topic = chance(AudienceTown::topics.size());
      switch (chance(8)) {
        case 0:
          town.leaves(one);
          break;
        case 1:
        case 2:
          town.unsubscribes(one, topic);
          break;
        case 3:
          town.is_revoked(one, topic);
          break;
        default:
          town.subscribes(one, topic, AudienceTown::keys[chance(AudienceTown::keys.size())]);
      }
      if (chance(3) == 0) town.expect_same_audiences(seed);
      if (testing::Test::HasFailure()) return;
    }
    for (auto& one : town.inhabitants) town.leaves(one);
    town.expect_same_audiences(seed);
    EXPECT_EQ(town.broker.subscription_count(), 0u);
    for (const Audiences& audiences : town.audiences) EXPECT_EQ(audiences.size(), 0u);
  }
}

}  // namespace
}  // namespace router::broker

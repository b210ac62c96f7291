// That each worker has the audiences that the broker believes it to have, although there was no memory for
// some of a change: each allocation fails in turn.
#include <functional>

#include <gtest/gtest.h>

#include "tests/router/support/audience_town.h"
#include "tests/router/support/failing_memory.h"

namespace router::broker {
namespace {

struct ChangeOfAudiences {
  const char* name;
  void (*change)(AudienceTown& town);
};

class AudiencesWithoutMemory : public testing::TestWithParam<ChangeOfAudiences> {};

TEST_P(AudiencesWithoutMemory, StayThoseOfTheBroker) {
  const size_t failures = let_each_allocation_fail([](size_t at) {
    AudienceTown town;
    for (size_t i = 0; i < 9; ++i) town.subscribes(town.inhabitants[i], 0, i % 3 == 0 ? "a" : "");
    town.subscribes(town.inhabitants[1], 1, "");
    town.take_mail();
    const bool has_failed = fails(at, [&] { GetParam().change(town); });
    town.expect_same_audiences(at);
    GetParam().change(town);
    town.expect_same_audiences(at);
    for (auto& one : town.inhabitants) town.leaves(one);
    town.expect_same_audiences(at);
    EXPECT_EQ(town.broker.subscription_count(), 0u) << at;
    return has_failed;
  });
  EXPECT_GT(failures, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    , AudiencesWithoutMemory,
    testing::Values(
        ChangeOfAudiences{"OneMore",
                          [](AudienceTown& town) { town.subscribes(town.inhabitants[10], 0, ""); }},
        ChangeOfAudiences{"TheFirst",
                          [](AudienceTown& town) { town.subscribes(town.inhabitants[10], 2, ""); }},
        ChangeOfAudiences{"ANewNode",
                          [](AudienceTown& town) { town.subscribes(town.inhabitants[10], 0, "b"); }},
        ChangeOfAudiences{"AnotherNode",
                          [](AudienceTown& town) { town.subscribes(town.inhabitants[1], 0, "b"); }},
        ChangeOfAudiences{"OneLess", [](AudienceTown& town) { town.unsubscribes(town.inhabitants[1], 0); }},
        ChangeOfAudiences{"TheLast", [](AudienceTown& town) { town.unsubscribes(town.inhabitants[1], 1); }},
        ChangeOfAudiences{"ARevocation", [](AudienceTown& town) { town.is_revoked(town.inhabitants[1], 0); }},
        ChangeOfAudiences{"Leaving", [](AudienceTown& town) { town.leaves(town.inhabitants[1]); }}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace router::broker

// Runs of a whole cluster without threads and NATS, by seed.
//
// SIMULATION_SEED=123 runs that one alone and prints all that happened. SIMULATION_SEEDS=100000 runs so many,
// from SIMULATION_FIRST_SEED on.
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/cluster/simulation.h"
#include "tests/simulation/seeds.h"

namespace cluster_simulation {
namespace {

using simulation::is_sanitized;
using simulation::play_seeds;

// False: a promise was broken.
bool keeps_its_promises(uint64_t seed) {
  if (is_sanitized) std::cout << "seed " << seed << std::endl;
  Simulation simulation(seed);
  simulation.run();
  const Journal& journal = simulation.journal();
  EXPECT_EQ(journal.breach(), "") << journal.text() << "seed " << seed
                                  << "; all of it: SIMULATION_SEED=" << seed << " test_cluster_simulation";
  return !journal.is_broken();
}

void tell(uint64_t seed) {
  Simulation simulation(seed, Flaw::none, SIZE_MAX);
  simulation.run();
  std::cout << simulation.journal().text();
  EXPECT_EQ(simulation.journal().breach(), "");
}

TEST(RandomClusters, KeepAllPromises) {
  constexpr uint64_t usual = is_sanitized ? 10 : 100;
  play_seeds(usual, tell, keeps_its_promises);
}

TEST(RandomClusters, AreTheSameForTheSameSeed) {
  const auto digest = [](uint64_t seed) {
    Simulation simulation(seed);
    simulation.run();
    return simulation.journal().digest();
  };
  EXPECT_EQ(digest(7), digest(7));
  EXPECT_NE(digest(7), digest(8));
}

struct Case {
  Flaw flaw;
  const char* name;
  // Of seeds from this one on. Those that only a few seeds find begin near one that does, as it would take
  // long.
  uint64_t from = 1;
};

class FlawInACluster : public testing::TestWithParam<Case> {};

TEST_P(FlawInACluster, IsFound) {
  constexpr uint64_t seeds = 100;
  const auto& [flaw, name, from] = GetParam();
  if (is_sanitized && from > 1) GTEST_SKIP() << "it takes too long";
  for (uint64_t seed = from; seed < from + seeds; ++seed) {
    Simulation simulation(seed, flaw);
    simulation.run();
    if (!simulation.journal().is_broken()) continue;
    std::cout << "seed " << seed << ": " << simulation.journal().breach() << "\n";
    return;
  }
  FAIL() << "not by any of " << seeds << " seeds from " << from << " on";
}

constexpr Case cases[] = {
    {Flaw::old_incarnation, "OldIncarnation"},
    {Flaw::no_margin, "NoMargin", 180},
    {Flaw::lease_too_long, "LeaseTooLong"},
    {Flaw::clock_that_sleeps, "ClockThatSleeps"},
    {Flaw::clocks_far_apart, "ClocksFarApart", 50},
    {Flaw::trusted_read, "TrustedRead"},
    {Flaw::unknown_is_accepted, "UnknownIsAccepted"},
    {Flaw::unknown_is_refused, "UnknownIsRefused", 20},
    {Flaw::living_evicted, "LivingEvicted", 20},
    {Flaw::slots_unseen, "SlotsUnseen"},
    {Flaw::slot_ages_unseen, "SlotAgesUnseen", 30},
    {Flaw::deletions_unseen, "DeletionsUnseen"},
    {Flaw::names_kept, "NamesKept"},
    {Flaw::confirmed_early, "ConfirmedEarly"},
    {Flaw::facts_gap_unnoticed, "FactsGapUnnoticed"},
    {Flaw::snapshot_unsent, "SnapshotUnsent"},
    {Flaw::parts_unnoticed, "PartsUnnoticed", 20},
    {Flaw::mail_gap_unnoticed, "MailGapUnnoticed"},
    {Flaw::last_mail_unnoticed, "LastMailUnnoticed"},
    {Flaw::doubled_mail_taken, "DoubledMailTaken", 15},
};

INSTANTIATE_TEST_SUITE_P(Each, FlawInACluster, testing::ValuesIn(cases),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace cluster_simulation

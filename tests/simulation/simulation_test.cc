// Runs of the whole router without threads, by seed.
//
// SIMULATION_SEED=123 runs that one alone and prints all that was said. SIMULATION_SEEDS=100000 runs so many,
// from SIMULATION_FIRST_SEED on.
#include "tests/simulation/simulation.h"

#include <csignal>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "router/base/log.h"
#include "tests/simulation/seeds.h"

namespace simulation {
namespace {

uint64_t running_seed = 0;

// An assertion, or a bug that ends the program.
void tell_seed_and_end(int signal) {
  std::cerr << "it ends with seed " << running_seed << "\n";
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

class RandomSchedules : public testing::Test {
 protected:
  RandomSchedules() {
    router::log::configure(router::log::Format::text, router::log::Level::error);
    if (is_sanitized) return;
    std::signal(SIGSEGV, tell_seed_and_end);
    std::signal(SIGABRT, tell_seed_and_end);
  }

  // False: a promise was broken.
  static bool keeps_its_promises(uint64_t seed) {
    running_seed = seed;
    if (is_sanitized) std::cout << "seed " << seed << std::endl;
    Simulation simulation(seed);
    simulation.run();
    const Journal& journal = simulation.journal();
    EXPECT_EQ(journal.breach(), "") << journal.text() << "seed " << seed
                                    << "; all of it: SIMULATION_SEED=" << seed << " test_simulation";
    return !journal.is_broken();
  }

  static void tell(uint64_t seed) {
    Simulation simulation(seed, SIZE_MAX);
    simulation.run();
    std::cout << simulation.journal().text();
    EXPECT_EQ(simulation.journal().breach(), "");
  }
};

TEST_F(RandomSchedules, KeepAllPromises) {
  constexpr uint64_t usual = is_sanitized ? 20 : 200;
  play_seeds(usual, tell, keeps_its_promises);
}

TEST_F(RandomSchedules, AreTheSameForTheSameSeed) {
  const auto digest = [](uint64_t seed) {
    Simulation simulation(seed);
    simulation.run();
    return simulation.journal().digest();
  };
  EXPECT_EQ(digest(7), digest(7));
  EXPECT_NE(digest(7), digest(8));
}

}  // namespace
}  // namespace simulation

#include "tests/router/support/session_crowd.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "router/base/log.h"

namespace router {
namespace {

// scripts/fuzz --threads goes on with other seeds.
uint64_t first_seed() {
  const char* const given = std::getenv("WAMPD_CROWD_SEED");
  return given ? std::stoull(given) : 1;
}

class SessionCrowd : public testing::TestWithParam<uint32_t> {
 protected:
  SessionCrowd() { log::configure(log::Format::text, log::Level::error); }
};

INSTANTIATE_TEST_SUITE_P(Workers, SessionCrowd, testing::Values(2u, 4u));

TEST_P(SessionCrowd, LeavesNothingBehindHoweverItEnds) {
  using End = CrowdPlan::End;
  constexpr uint64_t rounds = 4;
  for (uint64_t seed = first_seed(); seed < first_seed() + rounds; ++seed)
    for (const End end : {End::connections_break, End::drain, End::abrupt})
      run_session_crowd({.workers = GetParam(), .seed = seed, .steps = 600, .end = end});
}

}  // namespace
}  // namespace router

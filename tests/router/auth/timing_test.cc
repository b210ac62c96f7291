// An unknown authid must not be told from a wrong secret by the time that the answer takes. What is compared
// are the distributions of many interleaved attempts, by ranks: the chance that a random attempt for a known
// authid takes longer than one for an unknown one. 1/2 means that nothing can be learned; no duration is
// asserted.
#include <algorithm>
#include <ctime>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "router/auth/login.h"
#include "router/config/config.h"
#include "tests/router/support/manual_clock.h"
#include "tests/support/login_client.h"

namespace router::auth {
namespace {

constexpr int attempts = 4000;
const std::string private_key = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";

// The processor time of this thread: what others do meanwhile does not count.
int64_t cpu_time_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return int64_t{time.tv_sec} * 1000000000 + time.tv_nsec;
}

config::AuthMethods methods() {
  const std::string key(32, 'k');
  config::AuthMethods methods;
  for (const std::string name : {"ticket", "wampcra", "scram", "cryptosign"}) {
    config::AuthMethod& method = methods[name];
    method.decoy_key = "decoys";
    for (int i = 0; i < 200; ++i) {
      config::Principal principal;
      principal.role = "user";
      principal.secret = "secret" + std::to_string(i);
      principal.salt = "0123456789abcdef";
      principal.stored_key = principal.server_key = key;
      principal.public_keys = {key};
      method.principals.emplace("user" + std::to_string(i), principal);
    }
  }
  return methods;
}

// One attempt with a wrong secret, from HELLO to the denial.
int64_t attempt_ns(const config::AuthMethods& methods, const Clock& clock, const std::string& method,
                   const std::string& authid) {
  Applicant applicant;
  applicant.realm = "realm1";
  applicant.authid = authid;
  applicant.session = wamp::SessionId(17);
  applicant.authextra = {{"nonce", "egVDf3DMJh0SBmkFIh7sSg=="},
                         {"pubkey", test_support::cryptosign_public_key(private_key)}};
  const wamp::List offered{wamp::Value(method)};
  const int64_t begin = cpu_time_ns();
  Login login(methods, std::move(applicant), clock);
  Step first = login.begin(&offered);
  const int64_t challenged = cpu_time_ns();
  const auto& challenge = std::get<Challenge>(first);
  wamp::Authenticate answer{"wrong", {}};
  if (method == "cryptosign")
    answer.signature =
        test_support::sign_cryptosign(private_key, *challenge.extra.find("challenge")->get<std::string>());
  const int64_t answered = cpu_time_ns();
  const Step last = login.on_authenticate(answer);
  const int64_t end = cpu_time_ns();
  EXPECT_EQ(std::get<Refused>(last).is_guess, login.can_be_guessed());
  return challenged - begin + end - answered;
}

// The chance that a sample of the one is larger than one of the other; ties count half.
double chance_of_more(std::vector<int64_t> one, std::vector<int64_t> other) {
  std::sort(other.begin(), other.end());
  double sum = 0;
  for (const int64_t sample : one) {
    const auto [low, high] = std::equal_range(other.begin(), other.end(), sample);
    sum += static_cast<double>(low - other.begin()) + static_cast<double>(high - low) / 2;
  }
  return sum / static_cast<double>(one.size()) / static_cast<double>(other.size());
}

class TimingTest : public testing::TestWithParam<const char*> {};

TEST_P(TimingTest, AnUnknownAuthidTakesAsLongAsAWrongSecret) {
  const auto all = methods();
  const ManualClock clock;
  std::mt19937 random(1);
  std::vector<int64_t> known, unknown;
  // Both kinds in random order, and of many authids each, so that caches favour none.
  while (known.size() < attempts || unknown.size() < attempts) {
    const std::string number = std::to_string(random() % 200);
    const bool is_known = random() % 2 == 0;
    auto& samples = is_known ? known : unknown;
    const int64_t took = attempt_ns(all, clock, GetParam(), "user" + number + (is_known ? "" : "x"));
    if (samples.size() < attempts) samples.push_back(took);
  }
  const double chance = chance_of_more(known, unknown);
  RecordProperty("chance", std::to_string(chance));
  std::printf("%s: known takes longer than unknown with a chance of %.3f\n", GetParam(), chance);
  // With so many samples 0.01 is the standard error; what a branch less would show is far outside.
  EXPECT_NEAR(chance, 0.5, 0.1);
}

INSTANTIATE_TEST_SUITE_P(Methods, TimingTest, testing::Values("ticket", "wampcra", "scram", "cryptosign"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace router::auth

#include "router/chaos/fate.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/chaos/numbers.h"

namespace router::chaos {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::Le;

std::optional<Fault> from_client(const Plan& plan, std::vector<double> chance,
                                 bool answers_invocation = true) {
  const auto mishap = Fate(plan, numbers(std::move(chance)), {}).of_message_from_client(answers_invocation);
  return mishap ? std::optional(mishap->fault) : std::nullopt;
}

std::optional<Mishap> to_client(const Plan& plan, std::vector<double> chance) {
  return Fate(plan, {}, numbers(std::move(chance))).of_message_to_client();
}

std::optional<Fault> fault_to_client(const Plan& plan, std::vector<double> chance) {
  const auto mishap = to_client(plan, std::move(chance));
  return mishap ? std::optional(mishap->fault) : std::nullopt;
}

constexpr Plan all{.drop = 0.1, .half_open = 0.2, .slow = 0.3, .kill_mid_call = 0.4};
constexpr double high = 0.9;

TEST(ChaosFate, BelowItsChanceAFaultHappensToAMessageFromAClient) {
  EXPECT_EQ(from_client(all, {0.09, high, high}), Fault::drop);
  EXPECT_EQ(from_client(all, {0.1, 0.19, high}), Fault::half_open);
  EXPECT_EQ(from_client(all, {0.1, 0.2, 0.39}), Fault::kill_mid_call);
  EXPECT_EQ(from_client(all, {0.1, 0.2, 0.4}), std::nullopt);
  EXPECT_EQ(from_client(all, {0.1, 0.2, 0.39}, false), std::nullopt) << "it answers no INVOCATION";
}

TEST(ChaosFate, BelowItsChanceAFaultHappensToAMessageToAClient) {
  EXPECT_EQ(fault_to_client(all, {0.09, high, high, high}), Fault::drop);
  EXPECT_EQ(fault_to_client(all, {0.1, 0.19, high, high}), Fault::half_open);
  EXPECT_EQ(fault_to_client(all, {0.1, 0.2, 0.29, high}), Fault::slow);
  EXPECT_EQ(fault_to_client(all, {0.1, 0.2, 0.3, high}), std::nullopt);
}

TEST(ChaosFate, AMessageIsHeldBackForATimeBetweenTheShortestAndTheLongest) {
  EXPECT_EQ(to_client(all, {high, high, 0, 0})->delay, milliseconds(50));
  EXPECT_EQ(to_client(all, {high, high, 0, 0.5})->delay, milliseconds(1025));
  EXPECT_EQ(to_client(all, {high, high, 0, 1 - 0x1.0p-53})->delay, milliseconds(1999));
}

TEST(ChaosFate, CertainIsCertainAndNeverIsNever) {
  EXPECT_EQ(from_client({.kill_mid_call = 1}, {0, 0, 1 - 0x1.0p-53}), Fault::kill_mid_call);
  EXPECT_EQ(from_client({}, {0, 0, 0}), std::nullopt);
  EXPECT_EQ(fault_to_client({}, {0, 0, 0, 0}), std::nullopt);
}

// Of a connection's first messages in both directions: "-" is none.
std::string first_faults(const Plan& plan, uint64_t number) {
  Fate fate = fate_of_connection(plan, number);
  std::string faults;
  const auto add = [&faults](const std::optional<Mishap>& mishap) {
    faults += mishap ? std::string(name(mishap->fault)) + std::to_string(mishap->delay.count()) : "-";
  };
  for (int i = 0; i < 200; ++i) {
    add(fate.of_message_from_client(true));
    add(fate.of_message_to_client());
  }
  return faults;
}

TEST(ChaosFate, TheSameSeedBringsTheSameFaults) {
  Plan plan = all;
  plan.seed = 42;
  const std::string faults = first_faults(plan, 1);
  EXPECT_EQ(first_faults(plan, 1), faults);
  EXPECT_NE(first_faults(plan, 2), faults) << "another connection";
  plan.seed = 43;
  EXPECT_NE(first_faults(plan, 1), faults) << "another seed";
}

TEST(ChaosFate, WhatHappensToAMessageDoesNotDependOnTheOtherDirectionOrOnOtherFaults) {
  const Plan plan{.drop = 0.1, .seed = 42};
  Plan more = plan;
  more.slow = more.kill_mid_call = 0.5;
  Fate fate = fate_of_connection(plan, 1), other = fate_of_connection(more, 1);
  for (int i = 0; i < 200; ++i) {
    other.of_message_to_client();
    const auto mishap = fate.of_message_from_client(false), again = other.of_message_from_client(false);
    ASSERT_EQ(mishap.has_value(), again.has_value()) << i;
  }
}

TEST(ChaosFate, FaultsComeAsOftenAsThePlanSays) {
  Fate fate = fate_of_connection({.slow = 0.3, .seed = 1}, 1);
  int slow = 0;
  std::vector<milliseconds> delays;
  for (int i = 0; i < 10'000; ++i)
    if (const auto mishap = fate.of_message_to_client()) ++slow, delays.push_back(mishap->delay);
  EXPECT_THAT(slow, AllOf(Ge(2800), Le(3200)));
  EXPECT_THAT(delays, Each(AllOf(Ge(Fate::shortest_delay), Le(Fate::longest_delay))));
}

}  // namespace
}  // namespace router::chaos

// Mail between two incarnations, and the calls that it brings.
#include <gtest/gtest.h>

#include "router/cluster/mail_numbers.h"
#include "router/cluster/remote_calls.h"

namespace router::cluster {
namespace {

using Calls = std::vector<CallNumber>;

TEST(MailNumbers, TakeWhatComesInOrder) {
  MailNumbers numbers;
  for (uint64_t number = 1; number <= 3; ++number) {
    const MailNumbers::Verdict verdict = numbers.on_mail(number);
    EXPECT_TRUE(verdict.is_taken);
    EXPECT_FALSE(verdict.gap);
  }
}

TEST(MailNumbers, DropWhatComesTwice) {
  MailNumbers numbers;
  numbers.on_mail(1);
  EXPECT_FALSE(numbers.on_mail(1).is_taken);
  EXPECT_EQ(numbers.doubled(), 1u);
}

TEST(MailNumbers, TellWhatDidNotCome) {
  MailNumbers numbers;
  numbers.on_mail(1);
  const MailNumbers::Verdict verdict = numbers.on_mail(5);
  EXPECT_TRUE(verdict.is_taken);
  EXPECT_EQ(verdict.gap, (Missed{2, 4}));
  EXPECT_EQ(numbers.missed(), 3u);
  EXPECT_FALSE(numbers.on_mail(3).is_taken);
}

TEST(MailNumbers, MissTheLastOnesBySecondHeartbeatThatNamesThem) {
  MailNumbers numbers;
  numbers.on_mail(1);
  EXPECT_EQ(numbers.on_heartbeat(3), std::nullopt);
  EXPECT_EQ(numbers.on_heartbeat(4), (Missed{2, 3}));
  EXPECT_TRUE(numbers.on_mail(4).is_taken);
  EXPECT_EQ(numbers.on_heartbeat(4), std::nullopt);
}

TEST(RemoteCalls, EndOnce) {
  RemoteCalls calls;
  calls.add(1, {"b", 6}, 1);
  EXPECT_TRUE(calls.end(1));
  EXPECT_FALSE(calls.end(1));
}

TEST(RemoteCalls, EndWithTheirNode) {
  RemoteCalls calls;
  calls.add(1, {"b", 6}, 1);
  calls.add(2, {"c", 7}, 1);
  calls.add(3, {"b", 6}, 2);
  EXPECT_EQ(calls.end_all({"b", 6}), (Calls{1, 3}));
  EXPECT_EQ(calls.end_all({"b", 6}), Calls{});
  EXPECT_EQ(calls.size(), 1u);
}

TEST(RemoteCalls, EndWithTheMailThatBroughtThem) {
  RemoteCalls calls;
  for (CallNumber call = 1; call <= 5; ++call) calls.add(call, {"b", 6}, 10 * call);
  EXPECT_EQ(calls.end_some({"b", 6}, 15, 40), (Calls{2, 3, 4}));
  EXPECT_TRUE(calls.end(5));
}

}  // namespace
}  // namespace router::cluster

#include "router/auth/failed_logins.h"

#include <gtest/gtest.h>

namespace router::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FailedLoginsTest : public testing::Test {
 protected:
  FailedLoginsTest() {
    limits_.failed_logins_per_authid = 3;
    limits_.failed_logins_per_address = 5;
    limits_.lockout_ms = 60000;
  }
  milliseconds fails(const std::string& authid, const std::string& address) {
    return logins_.add(authid, address, limits_, now_);
  }
  bool locked_out(const std::string& authid, const std::string& address) {
    return logins_.locked_out(authid, address, limits_, now_);
  }

  FailedLogins logins_{1000};
  config::TransportLimits limits_;
  SteadyTime now_{};
};

TEST_F(FailedLoginsTest, AnAuthidIsLockedOutWhereverItComesFrom) {
  fails("joe", "192.0.2.1:1000");
  fails("joe", "192.0.2.2:1000");
  EXPECT_FALSE(locked_out("joe", "192.0.2.3:1000"));
  fails("joe", "192.0.2.3:1000");
  EXPECT_TRUE(locked_out("joe", "192.0.2.4:1000"));
  EXPECT_FALSE(locked_out("jim", "192.0.2.1:1000"));
}

TEST_F(FailedLoginsTest, AnAddressIsLockedOutWhateverItsPortAndWhomeverItTries) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(locked_out("new", "192.0.2.1:9"));
    fails("user" + std::to_string(i), "192.0.2.1:" + std::to_string(1000 + i));
  }
  EXPECT_TRUE(locked_out("new", "192.0.2.1:9"));
  EXPECT_TRUE(locked_out("new", "192.0.2.1"));  // as proxies tell it
  EXPECT_FALSE(locked_out("new", "192.0.2.11:9"));
}

TEST_F(FailedLoginsTest, AnIPv6NetworkCountsAsOneAddress) {
  for (int i = 0; i < 5; ++i)
    fails("user" + std::to_string(i), "[2001:db8:1:2::" + std::to_string(i) + "]:1");
  EXPECT_TRUE(locked_out("new", "[2001:db8:1:2:ffff::1]:1"));
  EXPECT_TRUE(locked_out("new", "[2001:db8:1:2::7]"));
  EXPECT_FALSE(locked_out("new", "[2001:db8:1:3::1]:1"));
}

TEST_F(FailedLoginsTest, TheLockOpensWithTime) {
  for (int i = 0; i < 3; ++i) fails("joe", "192.0.2.1:1");
  now_ += seconds(59);
  EXPECT_TRUE(locked_out("joe", "192.0.2.2:1"));
  now_ += seconds(1);
  EXPECT_FALSE(locked_out("joe", "192.0.2.2:1"));
  fails("joe", "192.0.2.1:1");
  EXPECT_FALSE(locked_out("joe", "192.0.2.2:1"));
}

TEST_F(FailedLoginsTest, WhoProvesToBeSomebodyIsForgivenButNotHisAddress) {
  for (int i = 0; i < 5; ++i) fails("joe", "192.0.2.1:1");
  logins_.forgive("joe");
  EXPECT_FALSE(locked_out("joe", "192.0.2.2:1"));
  EXPECT_TRUE(locked_out("joe", "192.0.2.1:1"));
}

TEST_F(FailedLoginsTest, TheAnswerIsHeldBackLongerAndLonger) {
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(0));
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(0));
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(250));
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(500));
  milliseconds last(0);
  for (int i = 0; i < 100; ++i) last = fails("joe", "192.0.2.1:1");
  EXPECT_EQ(last, milliseconds(4000));
}

TEST_F(FailedLoginsTest, AUnixSocketHasNoAddressThatCounts) {
  for (int i = 0; i < 20; ++i) fails("user" + std::to_string(i), "unix:");
  EXPECT_FALSE(locked_out("new", "unix:"));
}

TEST_F(FailedLoginsTest, WhatIsOldestIsForgottenWhenThereIsTooMuch) {
  for (int i = 0; i < 3; ++i) fails("joe", "unix:");
  for (int i = 0; i < 999; ++i) fails("user" + std::to_string(i), "unix:");
  EXPECT_EQ(logins_.size(), 1000u);
  EXPECT_TRUE(locked_out("joe", "unix:"));
  fails("one more", "unix:");
  EXPECT_EQ(logins_.size(), 1000u);
  EXPECT_FALSE(locked_out("joe", "unix:"));
}

}  // namespace
}  // namespace router::auth

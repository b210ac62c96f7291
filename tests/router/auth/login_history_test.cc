#include "router/auth/login_history.h"

#include <gtest/gtest.h>

namespace router::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LoginHistoryTest : public testing::Test {
 protected:
  LoginHistoryTest() {
    limits_.failed_logins_per_authid = 3;
    limits_.failed_logins_per_address = 5;
    limits_.lockout_ms = 60000;
  }
  milliseconds fails(const std::string& authid, const std::string& address) {
    return logins_.fail({authid, address, {}}, limits_, now_);
  }
  // So many times, or as often as it is let.
  int fails(const std::string& authid, const std::string& address, int times) {
    int failed = 0;
    while (failed < times && !locked_out(authid, address)) {
      fails(authid, address);
      ++failed;
    }
    return failed;
  }
  void succeeds(const std::string& authid, const std::string& address) {
    logins_.succeed({authid, address, {}}, now_);
  }
  bool locked_out(const std::string& authid, const std::string& address) {
    return logins_.locked_out({authid, address, {}}, limits_, now_);
  }
  static std::string host(int number) {
    return "198.51." + std::to_string(number / 256) + "." + std::to_string(number % 256) + ":1";
  }

  LoginHistory logins_{1000};
  config::TransportLimits limits_;
  SteadyTime now_{};
};

TEST_F(LoginHistoryTest, WhoFailsLocksOutNobodyElsewhere) {
  EXPECT_EQ(fails("backend", "192.0.2.1:1000", 12), 3);
  EXPECT_TRUE(locked_out("backend", "192.0.2.1:2000"));
  EXPECT_FALSE(locked_out("backend", "192.0.2.2:1000"));
  EXPECT_FALSE(locked_out("ann", "192.0.2.1:1000"));
}

TEST_F(LoginHistoryTest, WhoGuessesFromManyPlacesIsShutOutFromAllThatAreStrange) {
  succeeds("backend", "192.0.2.7:1");
  int guesses = 0;
  for (int i = 0; i < 100; ++i) guesses += fails("backend", host(i), 3);
  EXPECT_EQ(guesses, 30);
  EXPECT_TRUE(locked_out("backend", "192.0.2.99:1"));
  EXPECT_FALSE(locked_out("backend", "192.0.2.7:2"));  // where it has logged in before
  EXPECT_FALSE(locked_out("ann", "192.0.2.99:1"));
}

TEST_F(LoginHistoryTest, AnAuthidIsGivenMorePatienceWhereItIsKnown) {
  succeeds("backend", "192.0.2.7:1");
  EXPECT_EQ(fails("backend", "192.0.2.7:2", 100), 30);
  EXPECT_TRUE(locked_out("backend", "192.0.2.7:1"));
  EXPECT_FALSE(locked_out("backend", "192.0.2.8:1"));  // it has not failed as a stranger
}

TEST_F(LoginHistoryTest, APlaceIsKnownForATime) {
  succeeds("backend", "192.0.2.7:1");
  now_ += LoginHistory::known_for;
  EXPECT_EQ(fails("backend", "192.0.2.7:2", 100), 3);
}

TEST_F(LoginHistoryTest, ABrowserWithACookieOfItsOwnIsNotLockedOutByItsNeighbours) {
  EXPECT_EQ(fails("joe", "192.0.2.1:1", 100), 3);
  const LoginAttempt with_cookie{"joe", "192.0.2.1:2", CookieId{"a digest"}};
  EXPECT_FALSE(logins_.locked_out(with_cookie, limits_, now_));
  for (int i = 0; i < 30; ++i) logins_.fail(with_cookie, limits_, now_);
  EXPECT_TRUE(logins_.locked_out(with_cookie, limits_, now_));
}

TEST_F(LoginHistoryTest, AnAddressThatFailsALotStillLetsThoseTryWhoHaveNotFailedThere) {
  succeeds("backend", "192.0.2.1:1");
  fails("clumsy", "192.0.2.1:1");
  int guesses = 1;
  for (int i = 0; i < 10; ++i) guesses += fails("user" + std::to_string(i), "192.0.2.1:1", 1);
  EXPECT_EQ(guesses, 11);
  EXPECT_FALSE(locked_out("ann", "192.0.2.1:1"));
  EXPECT_TRUE(locked_out("clumsy", "192.0.2.1:1"));  // one try each, from the fifth failure on
  EXPECT_FALSE(locked_out("clumsy", "192.0.2.2:1"));
  EXPECT_FALSE(locked_out("backend", "192.0.2.1:1"));
}

TEST_F(LoginHistoryTest, AnAddressThatFailsWithoutEndIsLeftToThoseWhoAreKnownThere) {
  succeeds("backend", "192.0.2.1:1");
  int guesses = 0;
  for (int i = 0; i < 1000; ++i) guesses += fails("user" + std::to_string(i), "192.0.2.1:1", 1);
  EXPECT_EQ(guesses, 50);
  EXPECT_TRUE(locked_out("ann", "192.0.2.1:1"));
  EXPECT_TRUE(locked_out("ann", "192.0.2.1"));  // as proxies tell it
  EXPECT_FALSE(locked_out("ann", "192.0.2.11:1"));
  EXPECT_FALSE(locked_out("backend", "192.0.2.1:1"));
}

TEST_F(LoginHistoryTest, AnIPv6NetworkIsOneAddressAndASiteOnePlace) {
  int guesses = 0;
  for (int i = 0; i < 100; ++i)
    guesses += fails("user" + std::to_string(i), "[2001:db8::" + std::to_string(i + 1) + ":0:0:1]:1", 1);
  EXPECT_EQ(guesses, 50);
  EXPECT_TRUE(locked_out("ann", "[2001:db8::ffff:ffff:ffff:ffff]:1"));
  EXPECT_FALSE(locked_out("ann", "[2001:db8:0:1::1]:1"));

  guesses = 0;
  for (int i = 1; i < 100; ++i) guesses += fails("joe", "[2001:db8:7:" + std::to_string(i) + "::1]:1", 3);
  EXPECT_EQ(guesses, 3);  // of all the networks of a site
  EXPECT_FALSE(locked_out("joe", "[2001:db8:8::1]:1"));
}

TEST_F(LoginHistoryTest, TheLockOpensWithTime) {
  fails("joe", "192.0.2.1:1", 3);
  now_ += seconds(59);
  EXPECT_TRUE(locked_out("joe", "192.0.2.1:1"));
  now_ += seconds(1);
  EXPECT_FALSE(locked_out("joe", "192.0.2.1:1"));
  fails("joe", "192.0.2.1:1");
  EXPECT_FALSE(locked_out("joe", "192.0.2.1:1"));
}

TEST_F(LoginHistoryTest, AFailureNowAndThenAddsUpToNothing) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(locked_out("user" + std::to_string(i % 7), "192.0.2.1:1")) << i;
    fails("user" + std::to_string(i % 7), "192.0.2.1:1");
    now_ += seconds(30);
  }
}

TEST_F(LoginHistoryTest, WhoProvesToBeSomebodyIsForgivenWhereHeIs) {
  fails("joe", "192.0.2.1:1", 2);
  fails("joe", "192.0.2.2:1", 2);
  succeeds("joe", "192.0.2.1:1");
  EXPECT_EQ(fails("joe", "192.0.2.2:1", 100), 1);
  EXPECT_EQ(fails("joe", "192.0.2.1:1", 100), 30);
}

TEST_F(LoginHistoryTest, TheAnswerIsHeldBackLongerAndLonger) {
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(0));
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(0));
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(250));
  EXPECT_EQ(fails("joe", "192.0.2.1:1"), milliseconds(500));
  EXPECT_EQ(fails("joe", "192.0.2.2:1"), milliseconds(0));     // from another place
  EXPECT_EQ(fails("jim", "192.0.2.1:1"), milliseconds(0));     // somebody else
  EXPECT_EQ(fails("ann", "192.0.2.1:1"), milliseconds(4000));  // from an address that fails a lot
  milliseconds last(0);
  for (int i = 0; i < 100; ++i) last = fails("bob", "unix:");
  EXPECT_EQ(last, milliseconds(4000));
}

TEST_F(LoginHistoryTest, AUnixSocketHasNoAddressThatCounts) {
  for (int i = 0; i < 200; ++i) fails("user" + std::to_string(i), "unix:");
  EXPECT_FALSE(locked_out("new", "unix:"));
  EXPECT_EQ(fails("joe", "unix:", 100), 3);
}

TEST_F(LoginHistoryTest, WhatIsOldestIsForgottenWhenThereIsTooMuch) {
  fails("joe", "unix:", 3);  // two entries each: of the authid there, and everywhere
  for (int i = 0; i < 499; ++i) fails("user" + std::to_string(i), "unix:");
  EXPECT_EQ(logins_.size(), 1000u);
  EXPECT_TRUE(locked_out("joe", "unix:"));
  fails("one more", "unix:");
  EXPECT_EQ(logins_.size(), 1000u);
  EXPECT_FALSE(locked_out("joe", "unix:"));
}

TEST_F(LoginHistoryTest, FailuresForgetNobodyWhoHasLoggedIn) {
  succeeds("backend", "192.0.2.7:1");
  for (int i = 0; i < 5000; ++i) fails("user" + std::to_string(i), "unix:");
  EXPECT_EQ(fails("backend", "192.0.2.7:1", 100), 30);
}

}  // namespace
}  // namespace router::auth

// Clients that try secrets, one after the other or many at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/admission_fixture.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto attacker = "203.0.113.5:1", home = "192.0.2.1:1";

class Guessing : public AdmissionTest {
 protected:
  // The last thing that it hears.
  std::string tries(const std::string& authid, const std::string& ticket, const std::string& address,
                    std::optional<auth::CookieId> cookie = {}) {
    Wire& wire = connect(address, {std::move(cookie), {}});
    const std::string first = challenge_of(wire, R"("authmethods":["ticket"],"authid":")" + authid + "\"");
    return first.starts_with("[4,") ? says(wire, authenticate(ticket)) : first;
  }
  void guesses(const std::string& authid, int times, const std::string& address) {
    for (int i = 0; i < times; ++i) tries(authid, "guess" + std::to_string(i), address);
  }
};

TEST_F(Guessing, LocksOutWhoDoesItAndNobodyElsewhere) {
  open(tickets, R"(, "limits": {"lockout_ms": 60000})");
  guesses("joe", 12, attacker);
  // Not even with the right ticket, now; nor does an authid that does not exist tell that it does not.
  EXPECT_THAT(tries("joe", "secret!!!", attacker), HasSubstr("wamp.error.too_many_requests"));
  guesses("nobody", 12, attacker);
  EXPECT_THAT(tries("nobody", "x", attacker), HasSubstr("wamp.error.too_many_requests"));
  EXPECT_THAT(tries("joe", "secret!!!", home), StartsWith("[2,"));
  router_->passes(milliseconds(60000));
  EXPECT_THAT(tries("joe", "secret!!!", attacker), StartsWith("[2,"));
}

TEST_F(Guessing, FromManyAddressesDoesNotLockOutWhereOneHasLoggedIn) {
  open(tickets);
  EXPECT_THAT(tries("joe", "secret!!!", home), StartsWith("[2,"));
  for (int i = 0; i < 20; ++i) guesses("joe", 10, "198.51.100." + std::to_string(i) + ":1");
  EXPECT_THAT(tries("joe", "secret!!!", "192.0.2.99:1"), HasSubstr("wamp.error.too_many_requests"));
  EXPECT_THAT(tries("joe", "secret!!!", home), StartsWith("[2,"));
}

TEST_F(Guessing, FromAnAddressDoesNotLockOutItsOthers) {
  open(R"("ticket": {"type": "static", "principals": {
      "joe": {"ticket": "joe's", "role": "user"}, "ann": {"ticket": "ann's", "role": "user"}}})");
  EXPECT_THAT(tries("joe", "joe's", attacker), StartsWith("[2,"));
  for (int i = 0; i < 57; ++i) guesses("user" + std::to_string(i), 1, attacker);
  guesses("joe", 12, attacker);
  EXPECT_THAT(tries("ann", "ann's", attacker), StartsWith("[2,"));  // who never failed
  EXPECT_THAT(tries("joe", "joe's", attacker), StartsWith("[2,"));  // who has logged in from there
}

TEST_F(Guessing, DoesNotLockOutABrowserThatHasLoggedIn) {
  open(std::string(tickets) + R"(, "cookie": {})", R"(, "cookie": {})");
  const auth::CookieId cookie = router_->cookies()->issue().id;
  EXPECT_THAT(tries("joe", "secret!!!", home, cookie), StartsWith("[2,"));
  guesses("joe", 200, attacker);
  EXPECT_THAT(tries("joe", "secret!!!", attacker), HasSubstr("wamp.error.too_many_requests"));
  EXPECT_THAT(tries("joe", "secret!!!", attacker, cookie), StartsWith("[2,"));
  // It opens no more than what it has opened.
  EXPECT_THAT(tries("jim", "guess", attacker, cookie), HasSubstr("wamp.error.authentication_denied"));
}

TEST_F(Guessing, AKeyIsHopelessSoItLocksOutNobody) {
  open(R"("cryptosign": {"type": "static", "principals": {"joe": {"role": "user", "authorized_keys": [")" +
       test_support::cryptosign_public_key(joes_key) + "\"]}}}");
  const auto tries_key = [&](const std::string& key) {
    Wire& wire = connect(attacker);
    const std::string challenge = challenge_of(wire, cryptosign_hello(key));
    return says(wire, authenticate(test_support::sign_cryptosign(
                          key, test_support::json_string(challenge, "challenge"))));
  };
  for (int i = 0; i < 60; ++i) EXPECT_EQ(tries_key(jims_key), denied);
  EXPECT_THAT(tries_key(joes_key), StartsWith("[2,"));
}

TEST_F(AdmissionTest, ManyConnectionsAtOnceAreNoWayAround) {
  open(tickets, R"(, "limits": {"failed_logins_per_authid": 5, "failed_logins_per_address": 20})");
  std::vector<Wire*> wires;
  for (int i = 0; i < 10; ++i) {
    wires.push_back(&connect());
    EXPECT_EQ(challenge_of(*wires.back(), joe_by_ticket), R"([4,"ticket",{}])");
  }
  for (int i = 0; i < 9; ++i) wires[static_cast<size_t>(i)]->receives(authenticate("guess"));
  EXPECT_THAT(says(*wires[9], authenticate("secret!!!")), HasSubstr("wamp.error.too_many_requests"));
}

TEST_F(AdmissionTest, TheThirdWrongAnswerIsHeldBack) {
  open(tickets);
  std::vector<std::string> answers;
  Wire* last = nullptr;
  for (int i = 0; i < 3; ++i) {
    last = &connect();
    challenge_of(*last, joe_by_ticket);
    answers.push_back(says(*last, authenticate("guess")));
  }
  EXPECT_EQ(answers, (std::vector<std::string>{denied, denied, ""}));
  // What it says meanwhile is not heard.
  EXPECT_EQ(says(*last, authenticate("secret!!!")), "");
  EXPECT_EQ(last->session_id(), 0u);
}

}  // namespace
}  // namespace router

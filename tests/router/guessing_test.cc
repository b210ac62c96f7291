// Clients that try secrets, one after the other or many at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/admission_fixture.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(AdmissionTest, WhoGuessesIsShutOutAndOthersComeIn) {
  open(
      tickets,
      R"(, "limits": {"failed_logins_per_authid": 5, "failed_logins_per_address": 20, "lockout_ms": 60000})");
  const auto tries = [&](const std::string& authid, const std::string& ticket, const std::string& address) {
    Wire& wire = connect(address);
    const std::string first = challenge_of(wire, R"("authmethods":["ticket"],"authid":")" + authid + "\"");
    return first.starts_with("[4,") ? says(wire, authenticate(ticket)) : first;
  };
  for (int i = 0; i < 5; ++i) tries("joe", "guess" + std::to_string(i), "203.0.113.5:1");
  // Not even with the right ticket, now; nor does an authid that does not exist tell that it does not.
  EXPECT_THAT(tries("joe", "secret!!!", "203.0.113.5:2"), HasSubstr("wamp.error.too_many_requests"));
  for (int i = 0; i < 5; ++i) tries("nobody", "guess" + std::to_string(i), "203.0.113.5:1");
  EXPECT_THAT(tries("nobody", "x", "203.0.113.5:2"), HasSubstr("wamp.error.too_many_requests"));
  for (int i = 0; i < 10; ++i) tries("user" + std::to_string(i), "x", "203.0.113.5:1");
  EXPECT_THAT(tries("another", "x", "203.0.113.5:2"), HasSubstr("wamp.error.too_many_requests"));

  Wire& jim = connect("192.0.2.77:1");
  jim.receives(hello(R"("authmethods":["ticket"],"authid":"jim")", "realm2"));
  jim.sent();
  EXPECT_THAT(says(jim, authenticate("other")), StartsWith("[2,"));

  router_->passes(milliseconds(60000));
  EXPECT_THAT(tries("joe", "secret!!!", "192.0.2.1:1"), StartsWith("[2,"));
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

// Clients that come back with the cookie they were given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/admission_fixture.h"

namespace router {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr auto with_cookie = R"(, "cookie": {"max_cookies": 10})";
const std::string tickets_and_cookies =
    std::string(tickets) + R"(, "cookie": {}, "anonymous": {"role": "anonymous"})";
constexpr auto joe_by_cookie = R"("authmethods":["cookie","ticket"],"authid":"joe")";

TEST_F(AdmissionTest, ACookieOpensForWhoHasProvedItBefore) {
  open(tickets_and_cookies, with_cookie);
  const std::string cookie = router_->cookies()->add(SteadyTime());
  Wire& first = connect("192.0.2.1:1", {cookie, {}});
  EXPECT_EQ(challenge_of(first, joe_by_cookie), R"([4,"ticket",{}])");
  EXPECT_THAT(says(first, authenticate("secret!!!")), StartsWith("[2,"));

  Wire& again = connect("192.0.2.1:2", {cookie, {}});
  EXPECT_THAT(challenge_of(again, joe_by_cookie),
              HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"cookie")"));
  Wire& elsewhere = connect("192.0.2.1:3", {cookie, {}});
  elsewhere.receives(hello(joe_by_cookie, "realm2"));
  EXPECT_EQ(elsewhere.sent(), R"([4,"ticket",{}])");
  Wire& other_browser = connect("192.0.2.1:4", {router_->cookies()->add(SteadyTime()), {}});
  EXPECT_EQ(challenge_of(other_browser, joe_by_cookie), R"([4,"ticket",{}])");
}

TEST_F(AdmissionTest, WhoLogsOutOrIsThrownOutNeedsMoreThanHisCookie) {
  open(tickets_and_cookies, with_cookie);
  for (const bool thrown_out : {false, true}) {
    const std::string cookie = router_->cookies()->add(SteadyTime());
    Wire& joe = connect("192.0.2.1:1", {cookie, {}});
    challenge_of(joe, joe_by_cookie);
    says(joe, authenticate("secret!!!"));
    if (thrown_out) {
      Wire& admin = connect("192.0.2.1:2");
      challenge_of(admin, "");
      admin.receives(R"([48,1,{},"wamp.session.kill",[)" + std::to_string(joe.session_id()) + "]]");
    } else {
      joe.receives(R"([6,{},"wamp.close.logout"])");
    }
    Wire& again = connect("192.0.2.1:3", {cookie, {}});
    EXPECT_EQ(challenge_of(again, joe_by_cookie), R"([4,"ticket",{}])") << thrown_out;
  }
}

TEST_F(AdmissionTest, WhoIsThrownOutAndGoesAtTheSameTimeNeedsMoreThanHisCookie) {
  open(tickets_and_cookies, with_cookie);
  const std::string cookie = router_->cookies()->add(SteadyTime());
  Wire& joe = connect("192.0.2.1:1", {cookie, {}});
  challenge_of(joe, joe_by_cookie);
  says(joe, authenticate("secret!!!"));
  Wire& admin = connect("192.0.2.1:2");
  challenge_of(admin, "");
  admin.receives_with_more(R"([48,1,{},"wamp.session.kill",[)" + std::to_string(joe.session_id()) + "]]");
  joe.breaks();
  Wire& again = connect("192.0.2.1:3", {cookie, {}});
  EXPECT_EQ(challenge_of(again, joe_by_cookie), R"([4,"ticket",{}])");
}

TEST_F(AdmissionTest, AnAnonymousClientIsKnownByItsCookie) {
  open(R"("anonymous": {"role": "anonymous"})", with_cookie);
  const std::string cookie = router_->cookies()->add(SteadyTime());
  Wire& guest = connect("192.0.2.1:1", {cookie, {}});
  EXPECT_THAT(challenge_of(guest, ""), HasSubstr("\"authid\":\"" + cookie + "\""));
}

}  // namespace
}  // namespace router

// Clients that come back with the cookie they were given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/router/support/admission_fixture.h"

namespace router {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto with_cookie = R"(, "cookie": {"max_cookies": 10})";
const std::string tickets_and_cookies =
    std::string(tickets) + R"(, "cookie": {}, "anonymous": {"role": "anonymous"})";
constexpr auto joe_by_cookie = R"("authmethods":["cookie","ticket"],"authid":"joe")";

class CookieLogins : public AdmissionTest {
 protected:
  // A browser of that cookie.
  Wire& browse(const auth::CookieId& cookie) { return connect("192.0.2.1:1", {cookie, {}}); }
  auth::CookieId fresh_cookie() { return router_->cookies()->issue().id; }
  void log_in_with_ticket(Wire& wire) {
    ASSERT_EQ(challenge_of(wire, joe_by_cookie), R"([4,"ticket",{}])");
    ASSERT_THAT(says(wire, authenticate("secret!!!")), StartsWith("[2,"));
  }
};

TEST_F(CookieLogins, ACookieOpensForWhoHasProvedItBefore) {
  open(tickets_and_cookies, with_cookie);
  const auth::CookieId cookie = fresh_cookie();
  log_in_with_ticket(browse(cookie));

  EXPECT_THAT(challenge_of(browse(cookie), joe_by_cookie),
              HasSubstr(R"("authid":"joe","authrole":"user","authmethod":"cookie")"));
  Wire& elsewhere = browse(cookie);
  elsewhere.receives(hello(joe_by_cookie, "realm2"));
  EXPECT_EQ(elsewhere.sent(), R"([4,"ticket",{}])");
  EXPECT_EQ(challenge_of(browse(fresh_cookie()), joe_by_cookie), R"([4,"ticket",{}])");
}

TEST_F(CookieLogins, WhoLogsOutOrIsThrownOutNeedsMoreThanHisCookie) {
  open(tickets_and_cookies, with_cookie);
  for (const bool thrown_out : {false, true}) {
    const auth::CookieId cookie = fresh_cookie();
    Wire& joe = browse(cookie);
    log_in_with_ticket(joe);
    if (thrown_out) {
      Wire& admin = connect("192.0.2.1:2");
      challenge_of(admin, "");
      admin.receives(R"([48,1,{},"wamp.session.kill",[)" + std::to_string(joe.session_id()) + "]]");
    } else {
      joe.receives(R"([6,{},"wamp.close.logout"])");
    }
    EXPECT_EQ(challenge_of(browse(cookie), joe_by_cookie), R"([4,"ticket",{}])") << thrown_out;
  }
}

TEST_F(CookieLogins, WhoIsThrownOutAndGoesAtTheSameTimeNeedsMoreThanHisCookie) {
  open(tickets_and_cookies, with_cookie);
  const auth::CookieId cookie = fresh_cookie();
  Wire& joe = browse(cookie);
  log_in_with_ticket(joe);
  Wire& admin = connect("192.0.2.1:2");
  challenge_of(admin, "");
  admin.receives_with_more(R"([48,1,{},"wamp.session.kill",[)" + std::to_string(joe.session_id()) + "]]");
  joe.breaks();
  EXPECT_EQ(challenge_of(browse(cookie), joe_by_cookie), R"([4,"ticket",{}])");
}

TEST_F(CookieLogins, ComingBackDoesNotMakeACookieYounger) {
  open(tickets_and_cookies, R"(, "cookie": {"max_age": 60})");
  const auth::CookieId cookie = fresh_cookie();
  log_in_with_ticket(browse(cookie));
  router_->passes(milliseconds(40000));
  EXPECT_THAT(challenge_of(browse(cookie), joe_by_cookie), StartsWith("[2,"));
  router_->passes(milliseconds(20000));
  EXPECT_EQ(challenge_of(browse(cookie), joe_by_cookie), R"([4,"ticket",{}])");
}

TEST_F(CookieLogins, ACookieOpensNoLongerThanTheTokenThatItStandsFor) {
  open(R"("cookie": {}, "jwt": {"type": "static", "keys": [")" + token_secret +
           R"("], "default-role": "user"})",
       with_cookie);
  constexpr auto by_cookie = R"("authmethods":["cookie","jwt"])";
  const auth::CookieId cookie = fresh_cookie();
  Wire& first = browse(cookie);
  challenge_of(first, by_cookie);
  EXPECT_THAT(
      says(first, authenticate(test_support::sign_token(R"({"sub":"joe","exp":1000000060})", token_secret))),
      StartsWith("[2,"));

  Wire& again = browse(cookie);
  EXPECT_THAT(challenge_of(again, by_cookie), StartsWith("[2,"));
  router_->passes(milliseconds(60000));
  again.sweeps();
  EXPECT_EQ(again.sent(), R"([6,{"message":"the authentication has expired"},"wamp.close.killed"])");
  EXPECT_EQ(challenge_of(browse(cookie), by_cookie), R"([4,"jwt",{}])");
}

TEST_F(CookieLogins, AnAnonymousClientIsCalledByItsSessionAndNotByItsCookie) {
  open(R"("anonymous": {"role": "anonymous"})", with_cookie);
  Wire& guest = browse(fresh_cookie());
  const std::string welcome = challenge_of(guest, "");
  EXPECT_THAT(welcome, HasSubstr("\"authid\":\"anonymous-" + std::to_string(guest.session_id()) + "\""));
}

}  // namespace
}  // namespace router

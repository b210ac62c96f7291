#include "router/auth/cookies.h"

#include <gtest/gtest.h>

namespace router::auth {
namespace {

using std::chrono::seconds;

config::CookieTracking tracking(uint32_t max_cookies = 10, uint32_t per_authid = 5) {
  return {.name = "cbtid",
          .length = 24,
          .max_age_s = 100,
          .max_cookies = max_cookies,
          .max_cookies_per_authid = per_authid};
}

Remembered somebody(const std::string& authid = "joe") {
  return {"realm1", authid, "user", "static"};
}

class CookiesTest : public testing::Test {
 protected:
  // Of a login with a fresh cookie.
  CookieId logs_in(Cookies& cookies, const std::string& authid = "joe") {
    CookieId id = cookies.issue().id;
    cookies.remember(id, somebody(authid), now_);
    return id;
  }
  bool knows(Cookies& cookies, const CookieId& id) { return cookies.remembered(id, now_).has_value(); }

  SteadyTime now_{};
};

TEST_F(CookiesTest, AreFoundAmongOthersInTheHeader) {
  const Cookies cookies(tracking());
  const auto [cookie, id] = cookies.issue();
  EXPECT_EQ(cookies.find("cbtid=" + cookie), id);
  EXPECT_EQ(cookies.find("a=b; cbtid=" + cookie + "; c=d"), id);
  EXPECT_EQ(cookies.find("cbtid=stale; cbtid=" + cookie), id);
  for (const std::string& header :
       {std::string(), std::string("cbtid"), std::string("cbtid="), "xcbtid=" + cookie,
        "cbtid=" + cookie + "x", "cbtid=" + cookie.substr(1), std::string(";;;=;cbtid=;")})
    EXPECT_EQ(cookies.find(header), std::nullopt) << header;
}

TEST_F(CookiesTest, MayHaveADashInTheirName) {
  config::CookieTracking rules = tracking();
  rules.name = "session-id";
  const Cookies cookies(rules);
  const auto [cookie, id] = cookies.issue();
  EXPECT_EQ(cookies.find("session=1; session-id=" + cookie + "; session-id-old=2"), id);
  EXPECT_EQ(cookies.others("session=1; session-id=secret; session-id-old=2"), "session=1; session-id-old=2");
  EXPECT_TRUE(cookies.header(cookie, false).starts_with("session-id=" + cookie + ";"));
}

TEST_F(CookiesTest, ThatNobodyWasGivenAreNone) {
  const Cookies cookies(tracking()), others(tracking());
  const std::string cookie = cookies.issue().cookie;
  for (size_t i = 0; i < cookie.size(); ++i) {
    std::string changed = cookie;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(cookies.find("cbtid=" + changed), std::nullopt) << i;
  }
  EXPECT_EQ(cookies.find("cbtid=" + others.issue().cookie), std::nullopt);
}

TEST_F(CookiesTest, AreNotToldByTheirIds) {
  const Cookies cookies(tracking());
  const auto [cookie, id] = cookies.issue();
  EXPECT_EQ(id.digest.size(), 32u);
  EXPECT_EQ(id.digest.find(cookie.substr(0, 8)), std::string::npos);
}

TEST_F(CookiesTest, AreTakenOutOfWhatOthersMaySee) {
  const Cookies cookies(tracking());
  EXPECT_EQ(cookies.others("a=b; cbtid=secret; c=d;cbtid=more"), "a=b; c=d");
  EXPECT_EQ(cookies.others("cbtid=secret"), "");
  EXPECT_EQ(cookies.others("xcbtid=1; cbtid"), "xcbtid=1; cbtid");
}

TEST_F(CookiesTest, RememberWhoProvedItUntilToldToForget) {
  Cookies cookies(tracking());
  const CookieId id = cookies.issue().id;
  EXPECT_FALSE(knows(cookies, id));
  cookies.remember(id, somebody(), now_);
  ASSERT_TRUE(knows(cookies, id));
  EXPECT_EQ(cookies.remembered(id, now_)->authid, "joe");
  cookies.remember(id, somebody("jim"), now_);
  EXPECT_EQ(cookies.remembered(id, now_)->authid, "jim");
  cookies.forget(id);
  EXPECT_FALSE(knows(cookies, id));
  EXPECT_EQ(cookies.size(), 0u);
}

TEST_F(CookiesTest, ForgetWhoHasLoggedInLongAgo) {
  Cookies cookies(tracking());
  const CookieId id = logs_in(cookies);
  now_ += seconds(99);
  EXPECT_TRUE(knows(cookies, id));
  now_ += seconds(1);
  EXPECT_FALSE(knows(cookies, id));
  EXPECT_EQ(cookies.size(), 0u);
}

TEST_F(CookiesTest, ThatAreOnlyHandedOutPushNobodyOut) {
  Cookies cookies(tracking());
  const CookieId joe = logs_in(cookies);
  for (int i = 0; i < 1000; ++i) cookies.issue();
  EXPECT_TRUE(knows(cookies, joe));
  EXPECT_EQ(cookies.size(), 1u);
}

TEST_F(CookiesTest, OfOneAuthidPushNobodyElseOut) {
  Cookies cookies(tracking(10, 5));
  const CookieId joe = logs_in(cookies, "joe"), first = logs_in(cookies, "greedy");
  for (int i = 0; i < 100; ++i) logs_in(cookies, "greedy");
  EXPECT_TRUE(knows(cookies, joe));
  EXPECT_FALSE(knows(cookies, first));
  EXPECT_EQ(cookies.size(), 6u);
}

TEST_F(CookiesTest, AreBounded) {
  Cookies cookies(tracking(3));
  const CookieId first = logs_in(cookies, "user0");
  for (int i = 1; i <= 3; ++i) logs_in(cookies, "user" + std::to_string(i));
  EXPECT_EQ(cookies.size(), 3u);
  EXPECT_FALSE(knows(cookies, first));
}

TEST_F(CookiesTest, TellBrowsersToKeepThemFromScripts) {
  const Cookies cookies(tracking());
  EXPECT_EQ(cookies.header("abc", false), "cbtid=abc; Max-Age=100; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(cookies.header("abc", true), "cbtid=abc; Max-Age=100; Path=/; HttpOnly; SameSite=Lax; Secure");
}

TEST_F(CookiesTest, HaveTheAttributesThatAreConfigured) {
  config::CookieTracking rules = tracking();
  rules.secure = true;
  rules.http_only = false;
  rules.same_site = "None";
  EXPECT_EQ(Cookies(rules).header("abc", false), "cbtid=abc; Max-Age=100; Path=/; SameSite=None; Secure");
  rules.secure = false;
  EXPECT_EQ(Cookies(rules).header("abc", true), "cbtid=abc; Max-Age=100; Path=/; SameSite=None");
}

}  // namespace
}  // namespace router::auth

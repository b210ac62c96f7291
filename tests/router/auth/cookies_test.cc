#include "router/auth/cookies.h"

#include <gtest/gtest.h>

namespace router::auth {
namespace {

using std::chrono::seconds;

TEST(Cookies, AreFoundAmongOthersInTheHeader) {
  Cookies cookies({.name = "cbtid", .length = 24, .max_age_s = 100, .max_cookies = 10});
  const SteadyTime now{};
  const std::string cookie = cookies.add(now);
  EXPECT_EQ(cookie.size(), 24u);
  EXPECT_EQ(cookies.find("cbtid=" + cookie, now), cookie);
  EXPECT_EQ(cookies.find("a=b; cbtid=" + cookie + "; c=d", now), cookie);
  EXPECT_EQ(cookies.find("cbtid=stale; cbtid=" + cookie, now), cookie);
  for (const std::string& header :
       {std::string(), std::string("cbtid"), std::string("cbtid="), "xcbtid=" + cookie,
        "cbtid=" + cookie + "x", "cbtid=" + cookie.substr(1), std::string(";;;=;cbtid=;")})
    EXPECT_EQ(cookies.find(header, now), std::nullopt) << header;
}

TEST(Cookies, ThatNobodyWasGivenAreWorthNothing) {
  Cookies cookies({});
  EXPECT_EQ(cookies.find("cbtid=AAAAAAAAAAAAAAAAAAAAAAAA", SteadyTime{}), std::nullopt);
  cookies.remember("AAAAAAAAAAAAAAAAAAAAAAAA", {"realm1", "joe", "user", "static"});
  EXPECT_EQ(cookies.remembered("AAAAAAAAAAAAAAAAAAAAAAAA"), std::nullopt);
}

TEST(Cookies, RememberWhoProvedItUntilToldToForget) {
  Cookies cookies({});
  const std::string cookie = cookies.add(SteadyTime{});
  EXPECT_EQ(cookies.remembered(cookie), std::nullopt);
  cookies.remember(cookie, {"realm1", "joe", "user", "static"});
  ASSERT_TRUE(cookies.remembered(cookie));
  EXPECT_EQ(cookies.remembered(cookie)->authid, "joe");
  cookies.forget(cookie);
  EXPECT_EQ(cookies.remembered(cookie), std::nullopt);
  EXPECT_EQ(cookies.find("cbtid=" + cookie, SteadyTime{}), cookie);
}

TEST(Cookies, GrowOldAndAreForgotten) {
  Cookies cookies({.name = "id", .length = 8, .max_age_s = 100, .max_cookies = 10});
  const std::string cookie = cookies.add(SteadyTime{});
  EXPECT_TRUE(cookies.find("id=" + cookie, SteadyTime{} + seconds(99)));
  EXPECT_FALSE(cookies.find("id=" + cookie, SteadyTime{} + seconds(100)));
  EXPECT_EQ(cookies.size(), 0u);
}

TEST(Cookies, AreBounded) {
  Cookies cookies({.name = "id", .length = 8, .max_age_s = 100, .max_cookies = 3});
  const std::string first = cookies.add(SteadyTime{});
  for (int i = 0; i < 3; ++i) cookies.add(SteadyTime{});
  EXPECT_EQ(cookies.size(), 3u);
  EXPECT_FALSE(cookies.find("id=" + first, SteadyTime{}));
}

TEST(Cookies, TellBrowsersToKeepThemFromScripts) {
  Cookies cookies({.name = "id", .length = 8, .max_age_s = 100, .max_cookies = 3});
  EXPECT_EQ(cookies.header("abc", false), "id=abc; Max-Age=100; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(cookies.header("abc", true), "id=abc; Max-Age=100; Path=/; HttpOnly; SameSite=Lax; Secure");
}

}  // namespace
}  // namespace router::auth

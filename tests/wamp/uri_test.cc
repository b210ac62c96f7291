#include "wamp/uri.h"

#include <gtest/gtest.h>

namespace wamp {
namespace {

TEST(LooseUri, AllowsAnythingButWhitespaceHashAndEmptyComponents) {
  for (const char* uri :
       {"a", "com.myapp.add", "com.my-app.Add", "com.myapp.\xC3\xA9t\xC3\xA9", "1.2", "wamp"})
    EXPECT_TRUE(is_valid_uri(uri, UriRule::loose)) << uri;
  for (const char* uri :
       {"", ".", "com..add", ".com", "com.", "com.my app", "com.a#b", "com.\tadd", "a\n", "com.\x1c"})
    EXPECT_FALSE(is_valid_uri(uri, UriRule::loose)) << uri;
  EXPECT_TRUE(is_valid_uri(std::string_view("a\0b", 3), UriRule::loose));
}

TEST(StrictUri, AllowsLowerCaseLettersDigitsAndUnderscore) {
  for (const char* uri : {"com.myapp.add2", "_", "0", "a_b.c"})
    EXPECT_TRUE(is_valid_uri(uri, UriRule::strict)) << uri;
  for (const char* uri : {"com.MyApp", "com.my-app", "com.\xC3\xA9", "", "a..b"})
    EXPECT_FALSE(is_valid_uri(uri, UriRule::strict)) << uri;
}

TEST(PrefixUri, MayEndAnywhereInAnExactUri) {
  for (const char* uri : {"", "com", "com.", "com.my", "com.myapp."})
    EXPECT_TRUE(is_valid_uri(uri, UriRule::loose, MatchPolicy::prefix)) << uri;
  for (const char* uri : {".", ".com", "com..", "com..add", "a b"})
    EXPECT_FALSE(is_valid_uri(uri, UriRule::loose, MatchPolicy::prefix)) << uri;
}

TEST(WildcardUri, MayHaveEmptyComponentsAnywhere) {
  for (const char* uri : {"com..add", ".", "..", ".com", "com.", "com.myapp"})
    EXPECT_TRUE(is_valid_uri(uri, UriRule::loose, MatchPolicy::wildcard)) << uri;
  for (const char* uri : {"", "com. .add", "a.#.b"})
    EXPECT_FALSE(is_valid_uri(uri, UriRule::loose, MatchPolicy::wildcard)) << uri;
}

TEST(ReservedUri, HasWampAsItsFirstComponent) {
  EXPECT_TRUE(is_reserved_uri("wamp"));
  EXPECT_TRUE(is_reserved_uri("wamp.session.count"));
  EXPECT_FALSE(is_reserved_uri("wampx.session"));
  EXPECT_FALSE(is_reserved_uri("com.wamp"));
}

TEST(MatchPolicyName, GoesThereAndBack) {
  for (const MatchPolicy policy : {MatchPolicy::exact, MatchPolicy::prefix, MatchPolicy::wildcard})
    EXPECT_EQ(match_policy(name(policy)), policy);
  EXPECT_EQ(match_policy("regex"), std::nullopt);
}

}  // namespace
}  // namespace wamp

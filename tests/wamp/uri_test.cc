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

TEST(AnyUri, HasNoWhitespaceOfUnicode) {
  for (const char* space :
       {"\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
        "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"})
    for (const UriRule rule : {UriRule::loose, UriRule::strict})
      for (const MatchPolicy policy : {MatchPolicy::exact, MatchPolicy::prefix, MatchPolicy::wildcard}) {
        EXPECT_FALSE(is_valid_uri(space, rule, policy));
        EXPECT_FALSE(is_valid_uri("com.my" + std::string(space) + "app", rule, policy));
      }
}

// Their neighbours are none: so is U+FFFD, which stands for half a character.
TEST(LooseUri, MayHaveOtherCharactersBeyondAscii) {
  for (const char* character : {"\u0084", "\u0086", "\u00A1", "\u1681", "\u200B", "\u2027", "\u202A",
                                "\u2030", "\u2060", "\u3001", "\uFEFE", "\uFFFD", "\U0001F600"})
    EXPECT_TRUE(is_valid_uri("com." + std::string(character), UriRule::loose)) << character;
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

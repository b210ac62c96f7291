#include "router/config/realm_pattern.h"

#include "tests/router/config/config_text.h"

namespace router::config::test {
namespace {

TEST(RealmPattern, TakesOneOrMoreCharactersForEachStar) {
  EXPECT_TRUE(matches_pattern("tenant-*", "tenant-a"));
  EXPECT_TRUE(matches_pattern("tenant-*", "tenant-abc"));
  EXPECT_FALSE(matches_pattern("tenant-*", "tenant-"));
  EXPECT_FALSE(matches_pattern("tenant-*", "xtenant-a"));
  EXPECT_TRUE(matches_pattern("*", "a"));
  EXPECT_FALSE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("a*b*c", "a1b2c"));
  EXPECT_TRUE(matches_pattern("a*b*c", "abbbbc"));
  EXPECT_FALSE(matches_pattern("a*b*c", "abbc"));
  EXPECT_TRUE(matches_pattern("**", "ab"));
  EXPECT_FALSE(matches_pattern("**", "a"));
}

TEST(RealmPattern, DoesNotCrossADot) {
  EXPECT_FALSE(matches_pattern("tenant-*", "tenant-a.b"));
  EXPECT_TRUE(matches_pattern("com.*.app", "com.x.app"));
  EXPECT_FALSE(matches_pattern("com.*.app", "com.x.y.app"));
}

TEST(RealmPattern, IsNoRealmItself) {
  EXPECT_FALSE(matches_pattern("tenant-*", "tenant-*"));
  EXPECT_FALSE(matches_pattern("tenant-*", "tenant-#"));
}

TEST(RealmPattern, TakesNoLongForANameThatIsMadeToTakeLong) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  std::string name(255, 'a');
  name.push_back('b');
  EXPECT_FALSE(matches_pattern(pattern, name));
}

std::string found(const std::vector<std::string>& names, const std::string& name) {
  std::vector<Realm> realms(names.size());
  for (size_t i = 0; i < names.size(); ++i) realms[i].name = names[i];
  const Realm* realm = find_realm(realms, name);
  return realm ? realm->name : "";
}

TEST(RealmPattern, YieldsToExactNamesAndLongerPatterns) {
  EXPECT_EQ(found({"*", "t-*", "t-a"}, "t-a"), "t-a");
  EXPECT_EQ(found({"*", "t-*", "t-a"}, "t-b"), "t-*");
  EXPECT_EQ(found({"t-*", "*"}, "x"), "*");
  EXPECT_EQ(found({"t-*"}, "x"), "");
}

TEST(RealmPattern, PutsTheNameIntoThePathOfTheStore) {
  Realm pattern;
  pattern.name = "*";
  pattern.store.path = "/var/{realm}/x.db";
  EXPECT_EQ(made_of(pattern, "a-b_c.D").store.path, "/var/a-b_c.D/x.db");
  EXPECT_EQ(made_of(pattern, "a/b").store.path, "/var/a%2Fb/x.db");
  EXPECT_EQ(made_of(pattern, "..").store.path, "/var/%2E./x.db");
  EXPECT_EQ(made_of(pattern, "\u00e9%{realm}").store.path, "/var/%C3%A9%25%7Brealm%7D/x.db");
  EXPECT_EQ(made_of(pattern, "x").name, "x");
}

}  // namespace
}  // namespace router::config::test

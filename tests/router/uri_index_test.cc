#include "router/uri_index.h"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using wamp::MatchPolicy;

// An index whose entries are their own names.
class Names {
 public:
  void add(const std::string& uri, MatchPolicy match) {
    entries_.push_back(uri);
    index_.add(uri, match, &entries_.back());
  }
  void remove(const std::string& uri, MatchPolicy match) { index_.remove(uri, match); }
  bool has(const std::string& uri, MatchPolicy match) const { return index_.find(uri, match) != nullptr; }
  std::string best(const std::string& uri) const {
    const std::string* found = index_.match_best(uri);
    return found ? *found : "none";
  }
  std::vector<std::string> all(const std::string& uri) const {
    std::vector<std::string> found;
    index_.match_all(uri, [&found](const std::string& name) { found.push_back(name); });
    return found;
  }

 private:
  std::deque<std::string> entries_;
  UriIndex<std::string> index_;
};

TEST(UriIndex, PrefersAsTheSpecificationsExampleSays) {
  Names names;
  names.add("a1.b2.c3.d4.e55", MatchPolicy::exact);
  names.add("a1.b2.c3", MatchPolicy::prefix);
  names.add("a1.b2.c3.d4", MatchPolicy::prefix);
  names.add("a1.b2..d4.e5", MatchPolicy::wildcard);
  names.add("a1.b2.c33..e5", MatchPolicy::wildcard);
  names.add("a1.b2..d4.e5..g7", MatchPolicy::wildcard);
  names.add("a1.b2..d4..f6.g7", MatchPolicy::wildcard);
  EXPECT_EQ(names.best("a1.b2.c3.d4.e55"), "a1.b2.c3.d4.e55");
  EXPECT_EQ(names.best("a1.b2.c3.d98.e74"), "a1.b2.c3");
  EXPECT_EQ(names.best("a1.b2.c3.d4.e325"), "a1.b2.c3.d4");
  EXPECT_EQ(names.best("a1.b2.c55.d4.e5"), "a1.b2..d4.e5");
  // The example in the specification expects RPC 5 here, although RPC 2 ("a1.b2.c3") is a string prefix of
  // "a1.b2.c33.d4.e5" and its own text says that prefixes match by characters and come first.
  EXPECT_EQ(names.best("a1.b2.c33.d4.e5"), "a1.b2.c3");
  EXPECT_EQ(names.best("a1.b2.c88.d4.e5.f6.g7"), "a1.b2..d4.e5..g7");
  EXPECT_EQ(names.best("a2.b2.c2.d2.e2"), "none");
}

TEST(UriIndex, PrefersTheWildcardThatIsLiteralWhereTwoFirstDiffer) {
  Names names;
  names.add("a...d", MatchPolicy::wildcard);
  names.add("a..c.", MatchPolicy::wildcard);
  names.add(".b.c.d", MatchPolicy::wildcard);
  EXPECT_EQ(names.best("a.b.c.d"), "a..c.");
  EXPECT_EQ(names.best("x.b.c.d"), ".b.c.d");
  EXPECT_EQ(names.best("a.b.x.d"), "a...d");
}

TEST(UriIndex, PrefixesMatchByCharacters) {
  Names names;
  names.add("com.myapp.myobject1", MatchPolicy::prefix);
  EXPECT_EQ(names.best("com.myapp.myobject1-mysubobject1"), "com.myapp.myobject1");
  EXPECT_EQ(names.best("com.myapp.myobject1"), "com.myapp.myobject1");
  EXPECT_EQ(names.best("com.myapp.myobject2"), "none");
  EXPECT_EQ(names.best("com.myapp.myobject"), "none");
}

TEST(UriIndex, AWildcardStandsForExactlyOneComponent) {
  Names names;
  names.add("com..add", MatchPolicy::wildcard);
  EXPECT_EQ(names.best("com.a.add"), "com..add");
  EXPECT_EQ(names.best("com.a.b.add"), "none");
  EXPECT_EQ(names.best("com.add"), "none");
}

TEST(UriIndex, TheEmptyPrefixMatchesEverything) {
  Names names;
  names.add("", MatchPolicy::prefix);
  EXPECT_EQ(names.best("anything"), "");
  EXPECT_THAT(names.all("com.x"), ElementsAre(""));
}

TEST(UriIndex, FindsAllMatchesOfAnEvent) {
  Names names;
  names.add("com.a.b", MatchPolicy::exact);
  names.add("com", MatchPolicy::prefix);
  names.add("com.a", MatchPolicy::prefix);
  names.add("com..b", MatchPolicy::wildcard);
  names.add("com.a.", MatchPolicy::wildcard);
  names.add("org", MatchPolicy::prefix);
  EXPECT_THAT(names.all("com.a.b"), ElementsAre("com.a.b", "com", "com.a", "com.a.", "com..b"));
  EXPECT_THAT(names.all("net"), IsEmpty());
}

bool matches(const std::string& pattern, MatchPolicy match, const std::string& uri) {
  if (match == MatchPolicy::exact) return pattern == uri;
  if (match == MatchPolicy::prefix) return uri.starts_with(pattern);
  const auto split = [](const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) c == '.' ? parts.emplace_back() : parts.back() += c, void();
    return parts;
  };
  const auto p = split(pattern), u = split(uri);
  if (p.size() != u.size()) return false;
  for (size_t i = 0; i < p.size(); ++i)
    if (!p[i].empty() && p[i] != u[i]) return false;
  return true;
}

TEST(UriIndex, AgreesWithAScanThroughARandomStory) {
  std::mt19937 random(7);
  const auto component = [&random] {
    return std::string(1, "abc"[random() % 3]) + (random() % 3 ? "" : "x");
  };
  const auto make_uri = [&](bool wildcard) {
    std::string uri;
    for (size_t i = 0, n = 1 + random() % 4; i < n; ++i)
      uri += (i ? "." : "") + (wildcard && random() % 2 ? std::string() : component());
    return uri;
  };
  Names names;
  std::map<std::pair<MatchPolicy, std::string>, bool> present;
  for (int step = 0; step < 20000; ++step) {
    const auto match = static_cast<MatchPolicy>(random() % 3);
    std::string pattern = make_uri(match == MatchPolicy::wildcard);
    if (match == MatchPolicy::prefix) pattern.resize(random() % (pattern.size() + 1));
    if (match == MatchPolicy::wildcard && pattern.empty()) pattern = ".";
    bool& there = present[{match, pattern}];
    ASSERT_EQ(names.has(pattern, match), there);
    there ? names.remove(pattern, match) : names.add(pattern, match);
    there = !there;

    const std::string uri = make_uri(false);
    std::vector<std::string> expected;
    for (const auto& [key, is_there] : present)
      if (is_there && matches(key.second, key.first, uri)) expected.push_back(key.second);
    auto found = names.all(uri);
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(found, expected) << uri;
    if (!expected.empty()) {
      EXPECT_EQ(names.best(uri).empty() || std::count(expected.begin(), expected.end(), names.best(uri)) > 0,
                true);
    }
  }
}

}  // namespace
}  // namespace router

#include "router/matching/uri_index.h"

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
using testing::StartsWith;
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

std::vector<std::string> components_of(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) c == '.' ? parts.emplace_back() : parts.back() += c, void();
  return parts;
}

bool matches(const std::string& pattern, MatchPolicy match, const std::string& uri) {
  if (match == MatchPolicy::exact) return pattern == uri;
  if (match == MatchPolicy::prefix) return uri.starts_with(pattern);
  const auto p = components_of(pattern), u = components_of(uri);
  if (p.size() != u.size()) return false;
  for (size_t i = 0; i < p.size(); ++i)
    if (!p[i].empty() && p[i] != u[i]) return false;
  return true;
}

using Pattern = std::pair<MatchPolicy, std::string>;

// Whether a call that both match goes to `a`.
bool is_better(const Pattern& a, const Pattern& b) {
  if (a.first != b.first) return a.first < b.first;
  if (a.first == MatchPolicy::prefix) return a.second.size() > b.second.size();
  const auto as = components_of(a.second), bs = components_of(b.second);
  for (size_t i = 0; i < as.size(); ++i)
    if (as[i].empty() != bs[i].empty()) return bs[i].empty();
  return false;
}

// Patterns and URIs that are made to meet, and how an index finds them compared with a scan.
class PatternStory {
 public:
  struct Chance {
    size_t most_components;
    size_t letters;       // that a component may be
    size_t wildcards_of;  // so many components of a wildcard pattern one is empty
    size_t shared = 0;    // components with which all begin
  };
  PatternStory(uint32_t seed, const Chance& chance) : random_(seed), chance_(chance) {}

  void step() {
    Pattern pattern{static_cast<MatchPolicy>(random_() % 3), {}};
    pattern.second = uri(pattern.first == MatchPolicy::wildcard);
    if (pattern.first == MatchPolicy::prefix) pattern.second.resize(random_() % (pattern.second.size() + 1));
    if (pattern.first == MatchPolicy::wildcard && pattern.second.empty()) pattern.second = ".";
    bool& there = present_[pattern];
    ASSERT_EQ(names_.has(pattern.second, pattern.first), there);
    there ? names_.remove(pattern.second, pattern.first) : names_.add(pattern.second, pattern.first);
    there = !there;
    check(uri(false));
  }

 private:
  std::string uri(bool wildcard) {
    std::string made;
    for (size_t i = 0; i < chance_.shared; ++i) made += "shared.";
    for (size_t i = 0, n = 1 + random_() % chance_.most_components; i < n; ++i) {
      if (i > 0) made += '.';
      if (!wildcard || random_() % chance_.wildcards_of != 0)
        made += static_cast<char>('a' + random_() % chance_.letters);
    }
    return made;
  }

  void check(const std::string& uri) const {
    std::vector<Pattern> expected;
    for (const auto& [pattern, is_there] : present_)
      if (is_there && matches(pattern.second, pattern.first, uri)) expected.push_back(pattern);
    std::sort(expected.begin(), expected.end(), is_better);
    ASSERT_EQ(names_.best(uri), expected.empty() ? "none" : expected.front().second) << uri;
    // Of an event's matches prefixes come from short to long.
    std::vector<std::string> names;
    std::sort(expected.begin(), expected.end(), [](const Pattern& a, const Pattern& b) {
      const bool both_prefixes = a.first == MatchPolicy::prefix && b.first == MatchPolicy::prefix;
      return both_prefixes ? is_better(b, a) : is_better(a, b);
    });
    for (const Pattern& pattern : expected) names.push_back(pattern.second);
    ASSERT_EQ(names_.all(uri), names) << uri;
  }

  std::mt19937 random_;
  const Chance chance_;
  Names names_;
  std::map<Pattern, bool> present_;
};

void tell(const PatternStory::Chance& chance, int steps) {
  PatternStory story(7, chance);
  for (int step = 0; step < steps && !testing::Test::HasFatalFailure(); ++step) story.step();
}

TEST(UriIndex, AgreesWithAScanThroughARandomStory) {
  tell({.most_components = 4, .letters = 3, .wildcards_of = 2}, 5000);
}

TEST(UriIndex, AgreesWithAScanWhenLiteralsAndWildcardsMixInAllWays) {
  tell({.most_components = 10, .letters = 1, .wildcards_of = 2}, 1500);
}

TEST(UriIndex, AgreesWithAScanWhenPatternsAreNothingButEmpty) {
  tell({.most_components = 40, .letters = 2, .wildcards_of = 1}, 1500);
}

TEST(UriIndex, AgreesWithAScanWhenAllBeginAlike) {
  tell({.most_components = 3, .letters = 3, .wildcards_of = 3, .shared = 60}, 1500);
}

constexpr ShapeLimits two_shapes{.in_all = 2, .of_one_owner = 2};

std::string reason(const UriIndex<const std::string>& index, const std::string& pattern, uint64_t owner,
                   const ShapeLimits& limits) {
  return index.refusal(pattern, MatchPolicy::wildcard, owner, limits).value_or("none");
}

TEST(UriIndex, RefusesMoreShapesOfWildcardsThanAllowed) {
  UriIndex<const std::string> index;
  const std::string entry;
  index.add("a..c..", MatchPolicy::wildcard, &entry, 1);
  index.add("...d.e", MatchPolicy::wildcard, &entry, 2);
  EXPECT_THAT(reason(index, "..c.d.e", 3, two_shapes),
              StartsWith("the realm has 2 shapes of wildcard patterns of 5 components"));
  // The shape of one that is there; one wildcard only; another number of components.
  EXPECT_EQ(reason(index, "x..y..", 3, two_shapes), "none");
  EXPECT_EQ(reason(index, "a.b.c.d.", 3, two_shapes), "none");
  EXPECT_EQ(reason(index, "..c.d", 3, two_shapes), "none");
  // One that has gone makes room.
  index.remove("...d.e", MatchPolicy::wildcard);
  EXPECT_EQ(reason(index, "..c.d.e", 3, two_shapes), "none");
}

TEST(UriIndex, OneOwnerCannotUseUpAllShapes) {
  const ShapeLimits limits{.in_all = 3, .of_one_owner = 2};
  UriIndex<const std::string> index;
  const std::string entry;
  index.add("a..c..", MatchPolicy::wildcard, &entry, 1);
  index.add("...d.e", MatchPolicy::wildcard, &entry, 1);
  EXPECT_THAT(reason(index, "..c.d.e", 1, limits), StartsWith("this session has brought 2 shapes"));
  EXPECT_EQ(reason(index, "..c.d.e", 2, limits), "none");
}

TEST(UriIndex, NeverRefusesPatternsOfSoFewComponentsThatThereAreNotMoreShapes) {
  const ShapeLimits limits{.in_all = 8, .of_one_owner = 1};
  UriIndex<const std::string> index;
  const std::string entry;
  for (const std::string pattern : {"..", "a..", ".b.", "..c", "a.b.", "a..c", ".b.c", "a.b.c"}) {
    EXPECT_EQ(reason(index, pattern, 1, limits), "none") << pattern;
    index.add(pattern, MatchPolicy::wildcard, &entry, 1);
  }
}

TEST(UriIndex, HoldsPrefixesThatAreNestedAsDeeplyAsUrisAreLong) {
  constexpr size_t longest = 20000;
  const std::string uri(longest, 'a');
  UriIndex<const std::string> index;
  // The longest first, as each of the others then ends the search at once.
  for (size_t length = longest; length > 0; --length)
    index.add(std::string_view(uri).substr(0, length), MatchPolicy::prefix, &uri);
  size_t found = 0;
  index.match_all(uri, [&found](const std::string&) { ++found; });
  EXPECT_EQ(found, longest);
  index.remove(uri, MatchPolicy::prefix);
  EXPECT_EQ(index.find(uri, MatchPolicy::prefix), nullptr);
}

}  // namespace
}  // namespace router

#include "router/events/topic_table.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "router/events/retained_events.h"
#include "wamp/uri.h"

namespace router::broker {
namespace {

// Topics, and what a pattern finds among them.
class Topics {
 public:
  bool has(const std::string& name) const { return topics_.contains(name); }
  void add(const std::string& name) {
    const auto added = topics_.try_emplace(name).first;
    added->second.place = table_.add(added->first, &added->second);
  }
  void remove(const std::string& name) {
    const auto found = topics_.find(name);
    table_.remove(found->first, found->second.place);
    topics_.erase(found);
  }
  std::vector<std::string> matches(const std::string& pattern) const {
    std::vector<std::string> found;
    table_.for_each_match(pattern, [&](const RetainedTopic& match) {
      for (const auto& [name, topic] : topics_)
        if (&topic == &match) found.push_back(name);
      return true;
    });
    std::sort(found.begin(), found.end());
    return found;
  }
  std::vector<std::string> scan(const std::string& pattern) const {
    std::vector<std::string> found;
    for (const auto& [name, topic] : topics_)
      if (wamp::matches_wildcard(pattern, name)) found.push_back(name);
    return found;
  }

 private:
  std::map<std::string, RetainedTopic> topics_;
  TopicTable table_;
};

TEST(TopicTable, FindsWhatAScanFindsThroughARandomStory) {
  std::mt19937 random(5);
  const auto make = [&random](size_t components, bool wildcard) {
    std::string uri;
    for (size_t i = 0; i < components; ++i) {
      if (i > 0) uri += '.';
      if (!wildcard || random() % 2) uri += "abcdef"[random() % 6];
    }
    return uri;
  };
  Topics topics;
  for (int step = 0; step < 4000; ++step) {
    const std::string name = make(1 + random() % 4, false);
    topics.has(name) ? topics.remove(name) : topics.add(name);
    if (step % 10 != 0) continue;
    const std::string pattern = make(1 + random() % 4, true);
    ASSERT_EQ(topics.matches(pattern), topics.scan(pattern)) << pattern;
  }
}

TEST(TopicTable, EndsASearchWhenItIsTold) {
  TopicTable table;
  RetainedTopic topic;
  const std::vector<std::string> names = {"a.b", "a.c", "a.d"};
  for (const std::string& name : names) table.add(name, &topic);
  int visited = 0;
  table.for_each_match("a.", [&visited](RetainedTopic&) { return ++visited < 2; });
  EXPECT_EQ(visited, 2);
}

}  // namespace
}  // namespace router::broker

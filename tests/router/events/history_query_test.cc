// Queries of an event history, without a realm.
#include "router/events/history_query.h"

#include <gtest/gtest.h>

namespace router::broker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using wamp::Dict;

class History : public testing::Test {
 protected:
  History() {
    // Publications 101 to 110, one a second, of two topics in turn.
    for (uint64_t i = 1; i <= 10; ++i) add(100 + i, static_cast<int>(i), i % 2 ? "com.odd" : "com.even");
  }
  void add(uint64_t publication, int second, const std::string& topic,
           std::shared_ptr<const EventFilter> filter = nullptr) {
    auto event = std::make_shared<StoredEvent>();
    event->publication = wamp::PublicationId(publication);
    event->time = Timestamp(std::chrono::seconds(second));
    event->topic = topic;
    event->filter = std::move(filter);
    history.add(std::move(event));
  }
  std::vector<uint64_t> ask(const Dict& filters) {
    const auto query = history_query(filters, "query");
    EXPECT_TRUE(query) << query.error().message;
    HistorySearch search(*query, true, limits);
    EXPECT_TRUE(search.go_on(history, member, SIZE_MAX));
    selection = std::move(search.selection());
    std::vector<uint64_t> publications;
    for (const StoredEventRef& event : selection.events)
      publications.push_back(event->publication.value - 100);
    return publications;
  }

  EventHistory history{1000, 1000000};
  const std::shared_ptr<const RolePermissions> permissions =
      std::make_shared<RolePermissions>(config::Role{"user", {}});
  const Member member{{{0, 0, wamp::SessionId(7)}, {"alice", "user", "ticket", "static"}, {}}, permissions};
  AnswerLimits limits{1000, 1000000};
  HistorySelection selection;
};

TEST_F(History, IsToldInTheOrderOfOccurrenceOrBackwards) {
  EXPECT_THAT(ask({}), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_THAT(ask({{"reverse", true}}), ElementsAre(10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
  EXPECT_THAT(ask({{"reverse", false}, {"limit", 2}}), ElementsAre(1, 2));
  EXPECT_TRUE(selection.has_more);
  EXPECT_THAT(ask({{"reverse", true}, {"limit", 2}}), ElementsAre(10, 9));
  EXPECT_THAT(ask({{"limit", 10}}), testing::SizeIs(10));
  EXPECT_FALSE(selection.has_more);
}

TEST_F(History, TimesAreBoundsWithAndWithoutTheirOwn) {
  const char* third = "1970-01-01T00:00:03Z";
  const char* eighth = "1970-01-01T01:00:08.000+01:00";
  EXPECT_THAT(ask({{"from_time", eighth}}), ElementsAre(8, 9, 10));
  EXPECT_THAT(ask({{"after_time", eighth}}), ElementsAre(9, 10));
  EXPECT_THAT(ask({{"before_time", third}}), ElementsAre(1, 2));
  EXPECT_THAT(ask({{"until_time", third}}), ElementsAre(1, 2, 3));
  EXPECT_THAT(ask({{"after_time", third}, {"before_time", eighth}}), ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(ask({{"from_time", "1970-01-01T00:00:09.000001Z"}}), ElementsAre(10));
  EXPECT_THAT(ask({{"after_time", eighth}, {"before_time", third}}), ElementsAre());
}

TEST_F(History, AClockThatWentBackHidesNothing) {
  add(111, 2, "com.odd");
  EXPECT_THAT(ask({{"until_time", "1970-01-01T00:00:02Z"}}), ElementsAre(1, 2, 11));
  EXPECT_THAT(ask({{"after_publication", 110}}), ElementsAre(11));
}

TEST_F(History, AnEarlyTimeIsNotLookedForEventByEvent) {
  add(111, 2, "com.odd");
  add(112, 12, "com.late");
  EXPECT_EQ(history.first_since(Timestamp(std::chrono::seconds(9))), 9u);
  EXPECT_EQ(history.first_since(Timestamp(std::chrono::seconds(11))), 12u);
  EXPECT_EQ(history.first_since(Timestamp(std::chrono::seconds(13))), history.end());
  EXPECT_THAT(ask({{"from_time", "1970-01-01T00:00:02Z"}, {"until_time", "1970-01-01T00:00:02Z"}}),
              ElementsAre(2, 11));
  EXPECT_THAT(ask({{"after_time", "1970-01-01T00:00:10Z"}}), ElementsAre(12));
}

TEST_F(History, PublicationsAreBoundsWithAndWithoutTheirOwn) {
  EXPECT_THAT(ask({{"from_publication", 108}}), ElementsAre(8, 9, 10));
  EXPECT_THAT(ask({{"after_publication", 108}}), ElementsAre(9, 10));
  EXPECT_THAT(ask({{"before_publication", 103}}), ElementsAre(1, 2));
  EXPECT_THAT(ask({{"until_publication", 103}}), ElementsAre(1, 2, 3));
  EXPECT_THAT(ask({{"after_publication", 110}}), ElementsAre());
  EXPECT_FALSE(selection.unknown_publication);
  EXPECT_THAT(ask({{"after_publication", 108}, {"before_publication", 103}}), ElementsAre());
  EXPECT_THAT(ask({{"from_publication", 104}, {"until_publication", 104.0}}), ElementsAre(4));
}

TEST_F(History, HasNothingBehindOrBeforeAPublicationItDoesNotKnow) {
  EXPECT_THAT(ask({{"after_publication", 999}}), ElementsAre());
  EXPECT_TRUE(selection.unknown_publication);
  EXPECT_THAT(ask({{"from_publication", 101}, {"until_publication", 999}}), ElementsAre());
}

TEST_F(History, ATopicIsSelectedAndAllConditionsHoldTogether) {
  EXPECT_THAT(ask({{"topic", "com.odd"}}), ElementsAre(1, 3, 5, 7, 9));
  EXPECT_THAT(ask({{"topic", "com"}}), ElementsAre());
  EXPECT_THAT(ask({{"topic", "com.even"},
                   {"reverse", true},
                   {"limit", 2},
                   {"before_publication", 109},
                   {"from_time", "1970-01-01T00:00:03Z"}}),
              ElementsAre(8, 6));
}

TEST_F(History, APageAfterTheOtherShowsEachEventOnce) {
  for (const bool reverse : {false, true}) {
    std::vector<uint64_t> all;
    Dict filters{{"limit", 3}, {"reverse", reverse}};
    do {
      for (const uint64_t n : ask(filters)) all.push_back(n);
      filters.set(reverse ? "before_publication" : "after_publication", 100 + all.back());
    } while (selection.has_more);
    if (reverse) std::reverse(all.begin(), all.end());
    EXPECT_THAT(all, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  }
}

TEST_F(History, ListsHoldForWhoAsks) {
  EventFilter for_bob;
  for_bob.rules = {{"authid", true, SortedSet<std::string>({"bob"})}};
  add(111, 11, "com.odd", std::make_shared<EventFilter>(for_bob));
  EventFilter not_for_users;
  not_for_users.rules = {{"authrole", false, SortedSet<std::string>({"user"})}};
  add(112, 12, "com.odd", std::make_shared<EventFilter>(not_for_users));
  EventFilter for_alice;
  for_alice.rules = {{"authid", true, SortedSet<std::string>({"alice"})}};
  add(113, 13, "com.odd", std::make_shared<EventFilter>(for_alice));
  EXPECT_THAT(ask({{"after_publication", 110}}), ElementsAre(13));
  // A publication that may not be seen is a bound like any other; it is not told.
  EXPECT_THAT(ask({{"from_publication", 111}}), ElementsAre(13));
  EXPECT_THAT(ask({{"after_publication", 110}, {"limit", 1}}), ElementsAre(13));
  EXPECT_FALSE(selection.has_more);
}

TEST_F(History, TheRealmsBoundsHoldForEveryAnswer) {
  limits.events = 4;
  EXPECT_THAT(ask({}), ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(selection.has_more);
  EXPECT_THAT(ask({{"limit", 9007199254740992}}), ElementsAre(1, 2, 3, 4));
  limits = {1000, 1};
  EXPECT_THAT(ask({}), ElementsAre(1)) << "one event comes however large it is";
  EXPECT_TRUE(selection.has_more);
}

TEST_F(History, TheOldestGoOut) {
  EventHistory small(3, 1000000);
  for (uint64_t id = 1; id <= 3; ++id) {
    auto event = std::make_shared<StoredEvent>();
    event->publication = wamp::PublicationId(id);
    small.add(std::move(event));
  }
  EXPECT_FALSE(small.is_limit_reached());
  auto event = std::make_shared<StoredEvent>();
  event->publication = wamp::PublicationId(4);
  small.add(event);
  EXPECT_TRUE(small.is_limit_reached());
  EXPECT_EQ(small.size(), 3u);
  EXPECT_FALSE(small.find(wamp::PublicationId(1)));
  EXPECT_EQ(small.find(wamp::PublicationId(2)), small.begin());
  EventHistory narrow(1000, 2 * event->bytes());
  for (uint64_t id = 1; id <= 5; ++id) {
    auto next = std::make_shared<StoredEvent>();
    next->publication = wamp::PublicationId(id);
    narrow.add(std::move(next));
  }
  EXPECT_EQ(narrow.size(), 2u);
}

TEST_F(History, WrongFiltersAreTold) {
  struct Case {
    Dict filters;
    std::string says;
  };
  for (const Case& c : std::vector<Case>{
           {{{"reverse", 1}}, "query.reverse: expected a boolean, got an integer"},
           {{{"limit", 0}}, "query.limit: expected a positive integer"},
           {{{"limit", -1}}, "query.limit"},
           {{{"limit", "10"}}, "query.limit"},
           {{{"limit", 1.5}}, "query.limit"},
           {{{"topic", 1}}, "query.topic: expected a string"},
           {{{"from_time", 5}}, "query.from_time: expected a string"},
           {{{"after_time", "yesterday"}}, "query.after_time: expected a time"},
           {{{"before_time", ""}}, "query.before_time"},
           {{{"until_time", "2026-02-30T00:00:00Z"}}, "query.until_time"},
           {{{"from_publication", 0}}, "query.from_publication"},
           {{{"after_publication", "1"}}, "query.after_publication"},
           {{{"before_publication", true}}, "query.before_publication"},
           {{{"until_publication", wamp::List{}}}, "query.until_publication"},
       }) {
    const auto query = history_query(c.filters, "query");
    ASSERT_FALSE(query) << c.says;
    EXPECT_THAT(query.error().message, HasSubstr(c.says));
  }
  EXPECT_TRUE(history_query({{"unknown", 1}, {"limit", wamp::Value()}}, "query"));
}

}  // namespace
}  // namespace router::broker

// Which URIs are used most: what the paper promises.
#include "router/statistics/uri_summary.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/statistics/merged.h"
#include "router/statistics/numbers.h"
#include "router/statistics/rates.h"
#include "tests/router/support/manual_clock.h"

namespace router {
namespace {

using Summary = UriSummary<ProcedureNumbers>;

class UsedMost : public testing::Test {
 protected:
  void use(const std::string& uri, int times = 1) {
    for (int i = 0; i < times; ++i) {
      Summary::Ref ref;
      summary.count(ref, uri, clock);
      ++truth[uri];
    }
  }
  std::map<std::string, Summary::Total> found() const {
    std::map<std::string, Summary::Total> by_uri;
    for (const Summary::Total& total : summary.totals()) by_uri.emplace(total.uri, total);
    return by_uri;
  }
  static std::string uri(size_t number) { return "com.p" + std::to_string(number); }

  ManualClock clock;
  Summary summary;
  std::map<std::string, uint64_t> truth;
};

TEST_F(UsedMost, FewAreCountedExactly) {
  for (size_t i = 0; i < Summary::places; ++i) use(uri(i), static_cast<int>(i % 7) + 1);
  const auto all = found();
  ASSERT_EQ(all.size(), Summary::places);
  for (const auto& [uri, total] : all) {
    EXPECT_EQ(total.count, truth[uri]);
    EXPECT_EQ(total.error_bound, 0u);
  }
}

// Of very many the counts are never too low, never too high by more than their bound, and who is used more
// often than the average of a place is among them.
TEST_F(UsedMost, CountsOfManyAreAsGoodAsTheirBounds) {
  std::mt19937 chance(1);
  uint64_t uses = 0;
  for (int i = 0; i < 50'000; ++i, ++uses) {
    // Some are used often, and each of the others seldom.
    const bool is_hot = chance() % 2 == 0;
    use(uri(is_hot ? chance() % 50 : 1000 + chance() % 20'000));
  }
  const auto all = found();
  EXPECT_EQ(all.size(), Summary::places);
  uint64_t sum = 0;
  for (const auto& [uri, total] : all) {
    EXPECT_GE(total.count, truth[uri]);
    EXPECT_LE(total.count - total.error_bound, truth[uri]);
    EXPECT_LE(total.error_bound, uses / Summary::places);
    sum += total.count;
  }
  EXPECT_EQ(sum, uses);
  for (const auto& [uri, count] : truth) {
    if (count > uses / Summary::places) {
      EXPECT_TRUE(all.contains(uri)) << uri;
    }
  }
}

TEST_F(UsedMost, WhoRemembersAPlaceCountsThereUntilAnotherHasIt) {
  Summary::Ref ref;
  summary.count(ref, "com.first", clock);
  ref.numbers()->errors.add();
  summary.count(ref, "com.first", clock);
  EXPECT_EQ(found().at("com.first").count, 2u);
  EXPECT_EQ(found().at("com.first").numbers.errors, 1u);
  for (size_t i = 0; i < 3 * Summary::places; ++i) use(uri(i), 3);
  EXPECT_FALSE(found().contains("com.first"));
  EXPECT_EQ(ref.numbers(), nullptr);
  summary.count(ref, "com.first", clock);
  ASSERT_NE(ref.numbers(), nullptr);
  EXPECT_EQ(found().at("com.first").numbers.errors, 0u) << "what another one had there is not its own";
}

TEST_F(UsedMost, APinnedOneKeepsItsPlace) {
  summary.pin({[](std::string_view uri) {
    return uri.starts_with("com.pinned") ? PinnedUris::As::by_pattern : PinnedUris::As::none;
  }});
  for (int i = 0; i < 1000; ++i) use("com.pinned" + std::to_string(i));
  for (size_t i = 0; i < 1000; ++i) use(uri(i), 5);
  size_t pinned = 0;
  for (const auto& [uri, total] : found()) pinned += total.is_pinned;
  EXPECT_EQ(pinned, Summary::places / 2) << "others have room, too";
}

TEST_F(UsedMost, ThoseThatArePinnedByNameHaveRoomHoweverManyAPatternPins) {
  summary.pin({[](std::string_view uri) {
                 if (uri == "com.named") return PinnedUris::As::by_name;
                 return uri.starts_with("com.") ? PinnedUris::As::by_pattern : PinnedUris::As::none;
               },
               1});
  for (size_t i = 0; i < 1000; ++i) use(uri(i), 5);
  use("com.named");
  for (size_t i = 0; i < 1000; ++i) use("org.p" + std::to_string(i), 5);
  size_t pinned = 0;
  for (const auto& [uri, total] : found()) pinned += total.is_pinned;
  EXPECT_EQ(pinned, Summary::places / 2);
  ASSERT_TRUE(found().contains("com.named"));
  EXPECT_TRUE(found().at("com.named").is_pinned);
}

TEST_F(UsedMost, ALongUriIsShownInPart) {
  const std::string text = "com." + std::string(250, 'x') + "\xC3\xA9" + std::string(1000, 'y');
  use(text, 2);
  const auto all = summary.totals();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.front().uri, text.substr(0, 254)) << "no half of a character";
  EXPECT_EQ(all.front().count, 2u);
}

TEST_F(UsedMost, MillionsOfUrisTakeNoMoreRoom) {
  const auto account = std::make_shared<transport::Account>();
  Summary charged(transport::Charge(account, transport::Holding::input));
  size_t most = 0;
  for (int i = 0; i < 100'000; ++i) {
    Summary::Ref ref;
    charged.count(ref, uri(static_cast<size_t>(i)), clock);
    if (i == 1000) most = account->of(transport::Holding::input);
  }
  EXPECT_GT(most, 0u);
  EXPECT_LE(account->of(transport::Holding::input), most + 256 * 64);
}

TEST_F(UsedMost, WorkersAreAddedUpAndWhatAFullOneHasForgottenIsInTheBound) {
  Summary other;
  use("com.a", 100);
  Summary::Ref ref;
  for (int i = 0; i < 5; ++i) other.count(ref, "com.a", clock);
  for (size_t i = 0; i < 2 * Summary::places; ++i) use(uri(i), 10);
  MergedSummary<ProcedureNumbers> merged;
  merged.add(summary);
  merged.add(other);
  for (const Summary::Total& total : merged.totals())
    if (total.uri == "com.a") {
      EXPECT_EQ(total.count, 105u);
      EXPECT_EQ(total.error_bound, 0u);
    }
  Summary::Ref rare;
  other.count(rare, "com.rare", clock);
  MergedSummary<ProcedureNumbers> again;
  again.add(summary);
  again.add(other);
  for (const Summary::Total& total : again.totals()) {
    if (total.uri == "com.rare") {
      EXPECT_EQ(total.count - total.error_bound, 1u);
    }
  }
}

// Three workers with other favourites each, one that has forgotten nothing: what one of them does not have
// any more is in the bound, so the counts are never too low, and never too high by more than it.
TEST_F(UsedMost, CountsOfSeveralWorkersAreAsGoodAsTheirBounds) {
  std::array<Summary, 3> workers;
  std::mt19937 chance(7);
  for (int i = 0; i < 60'000; ++i) {
    const size_t worker = chance() % workers.size();
    const bool is_hot = worker == 2 || chance() % 2 == 0;
    const std::string used = uri(is_hot ? chance() % 40 + 20 * worker : 1000 + chance() % 5000);
    Summary::Ref ref;
    workers[worker].count(ref, used, clock);
    ++truth[used];
  }
  MergedSummary<ProcedureNumbers> merged;
  uint64_t forgotten = 0;
  for (const Summary& summary_of_worker : workers) {
    merged.add(summary_of_worker);
    uint64_t lowest = UINT64_MAX;
    const auto totals = summary_of_worker.totals();
    for (const Summary::Total& total : totals) lowest = std::min(lowest, total.count);
    if (totals.size() == Summary::places) forgotten += lowest;
  }
  EXPECT_GT(forgotten, 0u);
  std::map<std::string, Summary::Total> all;
  for (Summary::Total& total : merged.totals()) all.emplace(total.uri, std::move(total));
  for (const auto& [uri, total] : all) {
    EXPECT_GE(total.count, truth[uri]) << uri;
    EXPECT_LE(total.count - total.error_bound, truth[uri]) << uri;
    EXPECT_LE(total.error_bound, forgotten) << uri;
  }
  for (const auto& [uri, count] : truth) {
    if (count > forgotten) {
      EXPECT_TRUE(all.contains(uri)) << uri;
    }
  }
}

// A pinned one has a count as low as it likes: what is forgotten may have come more often.
TEST_F(UsedMost, PinnedOnesDoNotMakeTheBoundTooLow) {
  summary.pin({[](std::string_view uri) {
                 return uri == "com.pinned" ? PinnedUris::As::by_name : PinnedUris::As::none;
               },
               1});
  use("com.pinned");
  for (size_t i = 0; i < 2 * Summary::places; ++i) use(uri(i), 10);
  Summary other;
  Summary::Ref ref;
  other.count(ref, uri(0), clock);
  MergedSummary<ProcedureNumbers> merged;
  merged.add(summary);
  merged.add(other);
  for (const Summary::Total& total : merged.totals()) {
    if (total.uri == uri(0)) {
      EXPECT_GE(total.count, 11u);
      EXPECT_GE(total.error_bound, 10u);
    }
    if (total.uri == "com.pinned") {
      EXPECT_EQ(total.count - total.error_bound, 1u);
    }
  }
}

TEST(EventsOfTopics, AreCountedByAnyThreadAndChangeNothingElse) {
  using Topics = UriSummary<TopicNumbers>;
  ManualClock clock;
  Topics topics;
  Topics::Ref ref;
  topics.count(ref, "com.tick", clock);
  const auto gives = [&ref] {
    for (int i = 0; i < 10'000; ++i) ref.numbers()->events.fetch_add(3, std::memory_order_relaxed);
  };
  std::thread one(gives), other(gives);
  one.join();
  other.join();
  const std::vector<Topics::Total> totals = topics.totals();
  ASSERT_EQ(totals.size(), 1u);
  EXPECT_EQ(totals[0].numbers.events, 60'000u);
  EXPECT_EQ(totals[0].count, 1u);
  EXPECT_EQ(totals[0].error_bound, 0u);
}

TEST(EventsOfTopics, AreForgottenWithThePlace) {
  using Topics = UriSummary<TopicNumbers>;
  ManualClock clock;
  Topics topics;
  Topics::Ref of_first;
  topics.count(of_first, "com.first", clock);
  of_first.numbers()->events.fetch_add(5);
  for (size_t i = 0; i < Topics::places; ++i) {
    Topics::Ref ref;
    topics.count(ref, "com.t" + std::to_string(i), clock);
  }
  EXPECT_EQ(of_first.numbers(), nullptr) << "an event that comes now counts for nobody";
  for (const Topics::Total& total : topics.totals()) EXPECT_EQ(total.numbers.events, 0u) << total.uri;
}

// Another thread reads while places change hands: what it sees of a place belongs together.
TEST(UsedMostByThreads, AReaderSeesNoMixtureOfTwo) {
  Summary summary;
  std::atomic<bool> stops = false;
  std::thread reader([&] {
    while (!stops) {
      for (const Summary::Total& total : summary.totals()) {
        // Each URI has errors of its own number only.
        const uint64_t number = std::stoull(total.uri.substr(5));
        EXPECT_TRUE(total.numbers.errors == 0 || total.numbers.errors == number) << total.uri;
      }
    }
  });
  const SystemClock clock;
  for (uint64_t i = 1; i <= 20'000; ++i) {
    Summary::Ref ref;
    summary.count(ref, "com.p" + std::to_string(i), clock);
    ref.numbers()->errors.set(i);
  }
  stops = true;
  reader.join();
}

TEST(RatesOfThings, AreThoseSinceSomebodyAskedSomeSecondsAgo) {
  using std::chrono::seconds;
  Rates rates;
  const SteadyTime begin{std::chrono::hours(1)};
  const auto ask = [&](uint64_t count, seconds after) {
    return rates.per_second({{"com.a", count, begin}}, begin + after).front();
  };
  EXPECT_DOUBLE_EQ(ask(10, seconds(10)), 1);
  EXPECT_DOUBLE_EQ(ask(20, seconds(11)), 20.0 / 11) << "still since the beginning";
  EXPECT_DOUBLE_EQ(ask(60, seconds(20)), 5) << "since it was asked at 10 s";
  EXPECT_DOUBLE_EQ(ask(5, seconds(21)), 5.0 / 21) << "it counts anew";
}

TEST(LatenciesOfCalls, PercentilesAreTheEndsOfBuckets) {
  transport::Histogram histogram;
  for (int i = 0; i < 98; ++i) histogram.add(100);
  histogram.add(3000);
  histogram.add(60'000'000);
  Latencies latencies;
  EXPECT_EQ(latencies.percentile_us(50), 0u);
  latencies.add(histogram);
  EXPECT_EQ(latencies.count(), 100u);
  EXPECT_EQ(latencies.percentile_us(50), 128u);
  EXPECT_EQ(latencies.percentile_us(99), 4096u);
  EXPECT_EQ(latencies.percentile_us(100), uint64_t{1} << 25);
}

}  // namespace
}  // namespace router

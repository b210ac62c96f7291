// What waits for a slow subscriber, and what gives way.
#include "router/mail/event_backlog.h"

#include <gtest/gtest.h>

#include "tests/router/support/manual_clock.h"

namespace router {
namespace {

using config::SlowConsumer;
constexpr auto disconnect = SlowConsumer::disconnect;
constexpr auto drop_oldest = SlowConsumer::drop_oldest;
constexpr auto conflate = SlowConsumer::conflate;

constexpr size_t payload_bytes = 1000;
constexpr size_t room_for_three = 4600;

// The publication's id stands for the event.
std::shared_ptr<const WaitingEvent> event(uint64_t publication, uint64_t subscription = 1,
                                          const std::string& topic = "") {
  WaitingEvent made;
  made.event.subscription = wamp::SubscriptionId(subscription);
  made.event.publication = wamp::PublicationId(publication);
  if (!topic.empty()) made.event.details.append("topic", topic);
  made.payload.count = 1;
  made.payload.buffer = transport::Buffer::create(0, payload_bytes);
  made.payload.buffer->append(std::string(payload_bytes, 'x'));
  return std::make_shared<const WaitingEvent>(std::move(made));
}

// All that waits, in order: "1 2(lost 3) unsubscribed".
std::string taken(EventBacklog& backlog) {
  std::string all;
  while (const auto next = backlog.take()) {
    if (!all.empty()) all += ' ';
    if (const auto* waiting = std::get_if<0>(&next->what))
      all += std::to_string((*waiting)->event.publication.value);
    else
      all += "unsubscribed";
    if (next->lost > 0) all.append("(lost ").append(std::to_string(next->lost)).append(")");
  }
  return all;
}

TEST(EventBacklog, GivesTheEventsInTheirOrder) {
  EventBacklog backlog(room_for_three);
  for (uint64_t n = 1; n <= 3; ++n) EXPECT_TRUE(backlog.add(event(n), drop_oldest));
  EXPECT_EQ(taken(backlog), "1 2 3");
  EXPECT_EQ(backlog.bytes(), 0u);
}

TEST(EventBacklog, TellsTheTopicHowManyWait) {
  ManualClock clock;
  UriSummary<TopicNumbers> topics;
  CountedTopic tick;
  topics.count(tick, "com.tick", clock);
  const auto event_of = [&tick](uint64_t publication) {
    auto made = std::make_shared<WaitingEvent>(*event(publication));
    made->counted = tick;
    return made;
  };
  const auto waiting = [&topics] { return topics.totals().front().numbers.waiting; };
  EventBacklog backlog(room_for_three), other(room_for_three);
  const auto shared = event_of(1);
  backlog.add(shared, drop_oldest);
  other.add(shared, drop_oldest);
  EXPECT_EQ(waiting(), 2u);
  for (uint64_t n = 2; n <= 5; ++n) backlog.add(event_of(n), drop_oldest);
  EXPECT_EQ(waiting(), 4u) << "the oldest have given way";
  backlog.add(event(6), drop_oldest);
  EXPECT_EQ(waiting(), 3u);
  EXPECT_EQ(taken(backlog), "4(lost 3) 5 6");
  EXPECT_EQ(waiting(), 1u);
  {
    EventBacklog third(room_for_three);
    for (uint64_t n = 6; n <= 8; ++n) third.add(event_of(n), conflate);
    EXPECT_EQ(waiting(), 2u) << "the newest of a topic is in the place of the older ones";
  }
  EXPECT_EQ(waiting(), 1u);
  for (size_t i = 0; i < 2 * UriSummary<TopicNumbers>::places; ++i) {
    CountedTopic ref;
    topics.count(ref, "com.t" + std::to_string(i), clock);
  }
  EXPECT_EQ(taken(other), "1");
  for (const auto& total : topics.totals()) EXPECT_EQ(total.numbers.waiting, 0u) << "its place is another's";
}

TEST(EventBacklog, DropsTheOldestAndTellsTheNextEventOfTheSubscriptionHowMany) {
  EventBacklog backlog(room_for_three);
  for (uint64_t n = 1; n <= 7; ++n) EXPECT_TRUE(backlog.add(event(n, n % 2 ? 1 : 2), drop_oldest));
  EXPECT_EQ(backlog.take_losses().dropped, 4u);
  EXPECT_EQ(backlog.take_losses().dropped, 0u);
  EXPECT_EQ(taken(backlog), "5(lost 2) 6(lost 2) 7");
  EXPECT_TRUE(backlog.add(event(8), drop_oldest));
  EXPECT_EQ(taken(backlog), "8");
}

TEST(EventBacklog, TellsOfALossWithALaterEventIfNoneIsLeft) {
  EventBacklog backlog(room_for_three);
  EXPECT_TRUE(backlog.add(event(1, 1), drop_oldest));
  for (uint64_t n = 2; n <= 4; ++n) EXPECT_TRUE(backlog.add(event(n, 2), drop_oldest));
  EXPECT_EQ(taken(backlog), "2 3 4");
  EXPECT_TRUE(backlog.add(event(5, 1), drop_oldest));
  EXPECT_EQ(taken(backlog), "5(lost 1)");
}

TEST(EventBacklog, ConflatesToTheLatestOfEachTopicInThePlaceOfTheFirst) {
  EventBacklog backlog(room_for_three);
  backlog.add(event(1, 1, "com.a"), conflate);
  backlog.add(event(2, 1, "com.b"), conflate);
  for (uint64_t n = 3; n <= 20; ++n) EXPECT_TRUE(backlog.add(event(n, 1, "com.a"), conflate));
  const EventBacklog::Losses losses = backlog.take_losses();
  EXPECT_EQ(losses.conflated, 18u);
  EXPECT_EQ(losses.dropped, 0u);
  EXPECT_EQ(taken(backlog), "20(lost 18) 2");
  backlog.add(event(21, 1, "com.a"), conflate);
  EXPECT_EQ(taken(backlog), "21") << "what was taken does not count any more";
}

TEST(EventBacklog, TakesTheSameTopicOfTwoSubscriptionsForTwo) {
  EventBacklog backlog(room_for_three);
  backlog.add(event(1, 1, "com.a"), conflate);
  backlog.add(event(2, 2, "com.a"), conflate);
  backlog.add(event(3, 1, "com.a"), conflate);
  EXPECT_EQ(taken(backlog), "3(lost 1) 2");
}

TEST(EventBacklog, DropsTheOldestOfTooManyConflatedTopics) {
  EventBacklog backlog(room_for_three);
  for (uint64_t n = 1; n <= 5; ++n)
    EXPECT_TRUE(backlog.add(event(n, 1, "com.t" + std::to_string(n)), conflate));
  EXPECT_EQ(taken(backlog), "3(lost 2) 4 5");
  EXPECT_TRUE(backlog.add(event(6, 1, "com.t1"), conflate));
  EXPECT_EQ(taken(backlog), "6") << "the place of what was dropped is not used again";
}

TEST(EventBacklog, DropsNothingOfASubscriptionThatRatherEnds) {
  EventBacklog backlog(room_for_three);
  EXPECT_TRUE(backlog.add(event(1), disconnect));
  EXPECT_TRUE(backlog.add(event(2, 2), drop_oldest));
  EXPECT_TRUE(backlog.add(event(3), disconnect));
  EXPECT_TRUE(backlog.add(event(4), disconnect)) << "2 gives way";
  EXPECT_FALSE(backlog.add(event(5), disconnect));
  EXPECT_TRUE(backlog.add(event(6, 2), drop_oldest)) << "it gives way itself";
  EXPECT_EQ(taken(backlog), "1 3 4");
  EXPECT_TRUE(backlog.add(event(7, 2), drop_oldest));
  EXPECT_EQ(taken(backlog), "7(lost 2)");
}

TEST(EventBacklog, LosesAnEventThatIsLongerThanAllItsRoom) {
  EventBacklog backlog(payload_bytes);
  EXPECT_TRUE(backlog.add(event(1), drop_oldest));
  EXPECT_EQ(taken(backlog), "");
  EXPECT_FALSE(backlog.add(event(2), disconnect));
}

TEST(EventBacklog, CountsWhatItTakes) {
  EventBacklog backlog(3 * room_for_three);
  backlog.add(event(1), drop_oldest);
  const size_t of_one = backlog.bytes();
  EXPECT_GE(of_one, payload_bytes + 256);
  auto with_details = std::make_shared<WaitingEvent>(*event(2));
  with_details->event.details.append("ppt_keyid", std::string(2000, 'k'));
  backlog.add(std::move(with_details), drop_oldest);
  EXPECT_GE(backlog.bytes(), 2 * of_one + 2000) << "details count too";
}

TEST(EventBacklog, KnowsWhatOthersHoldToo) {
  EventBacklog backlog(room_for_three), other(room_for_three);
  backlog.add(event(1), drop_oldest);
  EXPECT_EQ(backlog.shared_bytes(), 0u);
  const auto shared = event(2);
  other.add(shared, drop_oldest);
  EXPECT_NEAR(static_cast<double>(other.shared_bytes()), static_cast<double>(other.bytes()) / 2, 2);
}

TEST(EventBacklog, KeepsMessagesInTheirPlaceAndNeverDropsThem) {
  EventBacklog backlog(room_for_three);
  backlog.add(event(1), drop_oldest);
  backlog.add(wamp::Unsubscribed{wamp::RequestId(1), std::nullopt});
  for (uint64_t n = 2; n <= 9; ++n) backlog.add(event(n, 2), drop_oldest);
  EXPECT_EQ(taken(backlog), "unsubscribed 7(lost 5) 8 9");
}

}  // namespace
}  // namespace router

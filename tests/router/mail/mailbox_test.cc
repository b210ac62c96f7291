#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "router/mail/outbox.h"
#include "router/mail/sending_lock.h"

namespace router {
namespace {

void post(Mailbox& mailbox, uint32_t slot) {
  mailbox.post<Delivery>(SessionRef{0, slot, wamp::SessionId(1)}, wamp::Unregistered{}, RoutedPayload());
}

std::vector<uint32_t> drained(Mailbox& mailbox) {
  MailList entries;
  mailbox.drain(entries);
  std::vector<uint32_t> slots;
  entries.for_each([&slots](const Mail& entry) { slots.push_back(std::get<Delivery>(entry).to.slot); });
  return slots;
}

RoutedPayload payload_of(size_t bytes) {
  RoutedPayload payload;
  payload.count = 1;
  payload.buffer = transport::Buffer::create(0, bytes);
  payload.buffer->append(std::string(bytes, 'x'));
  return payload;
}

TEST(Mailbox, WakesItsOwnerOncePerBatchOfOthers) {
  int wakes = 0;
  Mailbox mailbox([&wakes] { ++wakes; });
  post(mailbox, 1);
  post(mailbox, 2);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(drained(mailbox), (std::vector<uint32_t>{1, 2}));
  post(mailbox, 3);
  EXPECT_EQ(wakes, 2);
}

TEST(Mailbox, KeepsTheOrderBetweenItsOwnerAndOthers) {
  int wakes = 0;
  Mailbox mailbox([&wakes] { ++wakes; });
  std::thread([&] {
    mailbox.bind_to_this_thread();
    const auto post_from_another_thread = [&mailbox](uint32_t slot) {
      std::thread([&mailbox, slot] { post(mailbox, slot); }).join();
    };
    post(mailbox, 1);
    post_from_another_thread(2);
    post(mailbox, 3);
    post_from_another_thread(4);
    EXPECT_EQ(drained(mailbox), (std::vector<uint32_t>{1, 2, 3, 4}));
    EXPECT_EQ(wakes, 2);
    EXPECT_TRUE(drained(mailbox).empty());
  }).join();
}

TEST(Mailbox, IsWokenByOtherOwnersWhenTheySaySo) {
  int wakes = 0;
  Mailbox mailbox([&wakes] { ++wakes; }), of_another([] {});
  std::thread([&] {
    of_another.bind_to_this_thread();
    post(mailbox, 1);
    post(mailbox, 2);
    EXPECT_EQ(wakes, 0) << "a lock may be held";
    Mailbox::wake_others();
    EXPECT_EQ(wakes, 1);
    Mailbox::wake_others();
    EXPECT_EQ(wakes, 1) << "nothing was posted since";
    post(mailbox, 3);
    Mailbox::wake_others();
    EXPECT_EQ(wakes, 1) << "it has not taken the first ones yet";
    EXPECT_EQ(drained(mailbox), (std::vector<uint32_t>{1, 2, 3}));
    post(mailbox, 4);
    Mailbox::wake_others();
    EXPECT_EQ(wakes, 2);
  }).join();
}

// So threads meet once for a batch.
TEST(Mailbox, GetsWhatAnOwnerPostsWhenThatOwnerSendsIt) {
  Mailbox mailbox([] {}), of_another([] {});
  std::thread([&] {
    of_another.bind_to_this_thread();
    post(mailbox, 1);
    post(mailbox, 2);
    EXPECT_EQ(mailbox.waiting_count(), 0u);
    Mailbox::send_out();
    EXPECT_EQ(mailbox.waiting_count(), 2u);
    post(mailbox, 3);
    EXPECT_EQ(mailbox.waiting_count(), 2u);
    EXPECT_TRUE(drained(of_another).empty());
    EXPECT_EQ(mailbox.waiting_count(), 3u) << "who takes its own mail has sent that of others";
    EXPECT_EQ(drained(mailbox), (std::vector<uint32_t>{1, 2, 3}));
  }).join();
}

TEST(Mailbox, GetsAllThatAnOwnerHasPostedBeforeIfAnotherOneGetsMuch) {
  Mailbox mailbox([] {}), other([] {}), of_another([] {});
  std::thread([&] {
    of_another.bind_to_this_thread();
    post(mailbox, 1);
    for (uint32_t n = 0; n < 64; ++n) post(other, n);
    EXPECT_EQ(other.waiting_count(), 64u);
    EXPECT_EQ(mailbox.waiting_count(), 1u);
  }).join();
}

TEST(Mailbox, GetsMuchOfAnOwnerBeforeItIsSent) {
  Mailbox mailbox([] {}), of_another([] {});
  std::thread([&] {
    of_another.bind_to_this_thread();
    for (uint32_t n = 0; n < 100; ++n) post(mailbox, n);
    EXPECT_EQ(mailbox.waiting_count(), 64u);
    mailbox.post<Delivery>(SessionRef{}, wamp::Unregistered{}, payload_of(300'000));
    EXPECT_EQ(mailbox.waiting_count(), 101u);
  }).join();
}

TEST(Mailbox, ThatIsFullIsRememberedByAnOwnerThatPostsToIt) {
  Mailbox mailbox([] {}), of_another([] {});
  for (uint32_t n = 0; n <= 16384; ++n) post(mailbox, n);
  Mailbox::take_overfilled();
  std::thread([&] {
    of_another.bind_to_this_thread();
    post(mailbox, 1);
    EXPECT_EQ(Mailbox::take_overfilled(), &mailbox);
  }).join();
}

TEST(ASendingLock, SendsWhatWasPostedUnderItBeforeItUnlocks) {
  Mailbox mailbox([] {}), of_another([] {});
  Mutex mutex("a test");
  std::thread([&] {
    of_another.bind_to_this_thread();
    {
      const SendingLock lock(mutex);
      post(mailbox, 1);
      EXPECT_EQ(mailbox.waiting_count(), 0u);
    }
    EXPECT_EQ(mailbox.waiting_count(), 1u);
    SendingLock lock(mutex);
    post(mailbox, 2);
    lock.unlock();
    EXPECT_EQ(mailbox.waiting_count(), 2u);
  }).join();
}

TEST(Mailbox, IsFullOfWhatOthersPostedUntilItsOwnerTakesIt) {
  Mailbox mailbox([] {});
  EXPECT_EQ(Mailbox::take_overfilled(), nullptr);
  for (uint32_t n = 0; n <= 16384; ++n) {
    EXPECT_FALSE(mailbox.full());
    EXPECT_EQ(Mailbox::take_overfilled(), nullptr);
    post(mailbox, n);
  }
  EXPECT_TRUE(mailbox.full());
  EXPECT_EQ(Mailbox::take_overfilled(), &mailbox);
  EXPECT_EQ(Mailbox::take_overfilled(), nullptr) << "once for each who has posted too much";
  EXPECT_EQ(drained(mailbox).size(), 16385u) << "nothing is refused";
  EXPECT_FALSE(mailbox.full());
}

TEST(Mailbox, IsFullOfLargePayloads) {
  Mailbox mailbox([] {});
  const RoutedPayload payload = payload_of(20 * 1024 * 1024);
  mailbox.post<Delivery>(SessionRef{}, wamp::Unregistered{}, RoutedPayload(payload));
  EXPECT_FALSE(mailbox.full());
  mailbox.post<Delivery>(SessionRef{}, wamp::Unregistered{}, RoutedPayload(payload));
  EXPECT_TRUE(mailbox.full());
  Mailbox::take_overfilled();
}

// It grows under the locks of those who post.
TEST(Mailbox, TakesMuchWithoutMovingWhatIsThere) {
  int wakes = 0;
  Mailbox mailbox([&wakes] { ++wakes; });
  std::vector<uint32_t> all;
  const auto post_next = [&](uint32_t count) {
    for (uint32_t n = 0; n < count; ++n) {
      all.push_back(static_cast<uint32_t>(all.size()));
      post(mailbox, all.back());
    }
  };
  post_next(30'000);
  std::thread([&] {
    mailbox.bind_to_this_thread();
    post_next(30'000);
    std::thread([&] { post_next(20'000); }).join();
    post_next(3);
    std::thread([&] { post_next(2); }).join();
    EXPECT_EQ(drained(mailbox), all);
    EXPECT_EQ(drained(mailbox), std::vector<uint32_t>());
  }).join();
  Mailbox::take_overfilled();
}

TEST(Mailbox, OfTheOwnThreadIsNeverFull) {
  Mailbox mailbox([] {});
  mailbox.bind_to_this_thread();
  for (uint32_t n = 0; n <= 20000; ++n) post(mailbox, n);
  EXPECT_FALSE(mailbox.full());
  EXPECT_EQ(Mailbox::take_overfilled(), nullptr);
}

}  // namespace
}  // namespace router

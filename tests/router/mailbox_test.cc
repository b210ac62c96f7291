#include "router/mailbox.h"

#include <thread>

#include <gtest/gtest.h>

namespace router {
namespace {

void post(Mailbox& mailbox, uint32_t slot) {
  mailbox.post<Delivery>(SessionRef{0, slot, wamp::SessionId(1)}, wamp::Unregistered{}, RoutedPayload());
}

std::vector<uint32_t> drained(Mailbox& mailbox) {
  std::vector<Mail> entries;
  mailbox.drain(entries);
  std::vector<uint32_t> slots;
  for (const Mail& entry : entries) slots.push_back(std::get<Delivery>(entry).to.slot);
  return slots;
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
}

}  // namespace
}  // namespace router

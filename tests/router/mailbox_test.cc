#include "router/mailbox.h"

#include <thread>

#include <gtest/gtest.h>

namespace router {
namespace {

OutboxEntry numbered(uint32_t slot) {
  return Delivery({0, slot, wamp::SessionId(1)}, wamp::Unregistered{}, {});
}

std::vector<uint32_t> drained(Mailbox& mailbox) {
  std::vector<OutboxEntry> entries;
  mailbox.drain(entries);
  std::vector<uint32_t> slots;
  for (const OutboxEntry& entry : entries) slots.push_back(std::get<Delivery>(entry).to.slot);
  return slots;
}

TEST(Mailbox, WakesItsOwnerOncePerBatchOfOthers) {
  int wakes = 0;
  Mailbox mailbox([&wakes] { ++wakes; });
  mailbox.post(numbered(1));
  mailbox.post(numbered(2));
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(drained(mailbox), (std::vector<uint32_t>{1, 2}));
  mailbox.post(numbered(3));
  EXPECT_EQ(wakes, 2);
}

TEST(Mailbox, KeepsTheOrderBetweenItsOwnerAndOthers) {
  int wakes = 0;
  Mailbox mailbox([&wakes] { ++wakes; });
  mailbox.bind_to_this_thread();
  const auto post_from_another_thread = [&mailbox](uint32_t slot) {
    std::thread([&mailbox, slot] { mailbox.post(numbered(slot)); }).join();
  };
  mailbox.post(numbered(1));
  post_from_another_thread(2);
  mailbox.post(numbered(3));
  post_from_another_thread(4);
  EXPECT_EQ(drained(mailbox), (std::vector<uint32_t>{1, 2, 3, 4}));
  EXPECT_EQ(wakes, 2);
  EXPECT_TRUE(drained(mailbox).empty());
}

}  // namespace
}  // namespace router

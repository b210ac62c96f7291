// Accounts of memory, and the charges that stand beside what they pay for.
#include "transport/memory/account.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace transport {
namespace {

constexpr Holding letters = holding_of_receiver(0), parcels = holding_of_receiver(1);

struct AnAccount : testing::Test {
  std::shared_ptr<HeldBytes> all = std::make_shared<HeldBytes>();
  std::shared_ptr<Account> account = std::make_shared<Account>(all);
};

TEST_F(AnAccount, IsChargedAsLongAsWhatIsPaidForIsThere) {
  {
    const Charge charge(account, letters, 100);
    EXPECT_EQ(account->of(letters), 100u);
    EXPECT_EQ(account->total(), 100u);
  }
  EXPECT_EQ(account->of(letters), 0u);
}

TEST_F(AnAccount, IsChargedOnceHoweverOftenAChargeIsMoved) {
  std::vector<Charge> charges;
  for (int i = 0; i < 100; ++i) charges.emplace_back(account, letters, 10);
  EXPECT_EQ(account->of(letters), 1000u);
  charges.erase(charges.begin(), charges.begin() + 50);
  EXPECT_EQ(account->of(letters), 500u);
  charges.front() = Charge(account, parcels, 7);
  EXPECT_EQ(account->of(letters), 490u);
  EXPECT_EQ(account->of(parcels), 7u);
  charges.clear();
  EXPECT_EQ(account->total(), 0u);
}

TEST_F(AnAccount, FollowsAChargeThatGrowsAndShrinks) {
  Charge charge(account, letters);
  charge.set(5);
  charge.set(3);
  EXPECT_EQ(account->of(letters), 3u);
  EXPECT_EQ(charge.bytes(), 3u);
}

TEST_F(AnAccount, IsAPartOfASum) {
  const auto other = std::make_shared<Account>(all);
  const Charge one(account, letters, 100), two(other, letters, 20);
  EXPECT_EQ(all->of(letters), 120);
}

TEST_F(AnAccount, LivesAsLongAsAChargeToIt) {
  Charge charge(account, letters, 100);
  account->set(Holding::input, 5);
  account.reset();
  EXPECT_EQ(all->of(letters), 100) << "what is still there still counts";
  charge = {};
  EXPECT_EQ(all->of(letters), 0);
  EXPECT_EQ(all->of(Holding::input), 0);
}

TEST_F(AnAccount, DoesNotCountTheConnectionAmongWhatIsHeldAtThePeersWish) {
  account->set(Holding::connection, 3000);
  account->set(Holding::output, 10);
  EXPECT_EQ(account->total(), 10u);
}

TEST_F(AnAccount, MayBeChargedByAnyThread) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this] {
      for (int j = 0; j < 1000; ++j) const Charge charge(account, letters, 3);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(account->total(), 0u);
}

TEST(ACharge, MayBeNobodys) {
  Charge charge(nullptr, letters, 100);
  EXPECT_EQ(charge.bytes(), 100u);
  charge.set(200);
}

}  // namespace
}  // namespace transport

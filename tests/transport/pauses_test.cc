#include "transport/connection/pauses.h"

#include <gtest/gtest.h>

namespace transport {
namespace {

TEST(Pauses, EachReasonCountsOnceHoweverOftenItIsGiven) {
  Pauses pauses;
  EXPECT_FALSE(pauses.any());
  pauses.add(Pause::rate);
  pauses.add(pause_of_receiver(0));
  pauses.add(pause_of_receiver(0));
  EXPECT_TRUE(pauses.remove(pause_of_receiver(0)));
  EXPECT_FALSE(pauses.remove(pause_of_receiver(0)));
  EXPECT_TRUE(pauses.has(Pause::rate));
  EXPECT_TRUE(pauses.remove(Pause::rate));
  EXPECT_FALSE(pauses.any());
}

TEST(Pauses, AreNoMoreOnceTheyHaveEnded) {
  Pauses pauses;
  pauses.add(Pause::rate);
  pauses.end();
  pauses.add(pause_of_receiver(max_pauses - 2));
  EXPECT_FALSE(pauses.any());
}

}  // namespace
}  // namespace transport

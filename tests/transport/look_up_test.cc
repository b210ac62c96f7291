// Many look-ups of addresses at a time.
#include "transport/connect/look_up.h"

#include <list>

#include <gtest/gtest.h>

#include "transport/loop/loop.h"

namespace transport {
namespace {

TEST(LookUps, ThatAreMoreThanThereAreThreadsAreAnsweredAll) {
  Loop loop;
  std::list<LookUp> look_ups;
  size_t answers = 0, addresses = 0;
  for (int i = 0; i < 100; ++i)
    look_ups.emplace_back(loop, "127.0.0.1", 1,
                          [&](const LookUp::Addresses& found, const std::string& error) {
                            EXPECT_EQ(error, "");
                            addresses += found.size();
                            if (++answers == 50) loop.stop();
                          });
  for (int i = 0; i < 50; ++i) look_ups.pop_back();
  loop.run();
  EXPECT_EQ(answers, 50U);
  EXPECT_EQ(addresses, 50U);
}

}  // namespace
}  // namespace transport

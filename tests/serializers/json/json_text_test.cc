#include "serializers/json/json_text.h"

#include <gtest/gtest.h>

namespace serializers {
namespace {

using namespace std::string_literals;

TEST(JsonText, StandsForBinaryDataBehindANul) {
  EXPECT_EQ(decode_json_binary("\0AQI="s), "\x01\x02");
  EXPECT_EQ(decode_json_binary("\0"s), "");
  EXPECT_EQ(decode_json_binary("AQI="), std::nullopt);
  EXPECT_EQ(decode_json_binary("\0AQI"s), std::nullopt);
  EXPECT_EQ(decode_json_binary(""), std::nullopt);
}

}  // namespace
}  // namespace serializers

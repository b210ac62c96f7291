#include "router/base/rfc3339.h"

#include <gtest/gtest.h>

#include "router/base/clock.h"

namespace router {
namespace {

std::string normal(const std::string& text) {
  const auto time = from_rfc3339(text);
  return time ? iso_8601(*time) : "nothing";
}

TEST(Rfc3339, IsReadAndWritten) {
  EXPECT_EQ(normal("2026-11-22T18:15:02.123Z"), "2026-11-22T18:15:02.123000Z");
  EXPECT_EQ(normal("1970-01-01T00:00:00Z"), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(normal("2024-02-29t23:59:59.9z"), "2024-02-29T23:59:59.900000Z");
  EXPECT_EQ(normal("2026-01-01 00:30:00.0000009+01:00"), "2025-12-31T23:30:00.000000Z");
  EXPECT_EQ(normal("1969-12-31T23:59:59.999-00:30"), "1970-01-01T00:29:59.999000Z");
  EXPECT_EQ(normal("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000000Z");
  EXPECT_EQ(normal("1900-01-01T00:00:00.001Z"), "1900-01-01T00:00:00.001000Z");
  EXPECT_EQ(normal("1677-12-31T23:59:59.999999Z"), "1677-12-31T23:59:59.999999Z");
  EXPECT_EQ(normal("2262-04-11T05:06:07.000008Z"), "2262-04-11T05:06:07.000008Z");
}

TEST(Rfc3339, KeepsMicroseconds) {
  EXPECT_EQ(*from_rfc3339("1970-01-01T00:00:00.0000019Z"), Timestamp(std::chrono::microseconds(1)));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-22",
                           "2026-11-22T18:15",
                           "2026-11-22T18:15:02",
                           "2026-11-22T18:15:02.Z",
                           "2026-11-22T18:15:02Zx",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:61Z",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+0100",
                           "2026-01-01T00:00:00+01:60",
                           "26-01-01T00:00:00Z",
                           "2026-1-1T0:0:0Z",
                           " 2026-01-01T00:00:00Z",
                           "+026-01-01T00:00:00Z",
                           "2026-01-01T00:00:00.1",
                           "yesterday"})
    EXPECT_FALSE(from_rfc3339(text)) << text;
}

}  // namespace
}  // namespace router

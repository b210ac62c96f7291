#include "router/monitor/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router {
namespace {

using testing::HasSubstr;
using transport::Family;

constexpr Family things{"things_total", "All things.", {"kind"}};
constexpr Family level{"level", "Now.", {}, Family::Kind::gauge};
constexpr Family times{"times_seconds", "Times.", {}, Family::Kind::histogram};

TEST(Exposition, PutsTheSamplesOfAFamilyTogether) {
  EXPECT_EQ(exposed({{&things, {{"kind", "a"}}, 1.0},
                     {&level, {}, 5.0},
                     {&things, {{"kind", "b\"\n"}, {"realm", "r"}}, 1e15}},
                    Exposition::text),
            "# HELP things_total All things.\n"
            "# TYPE things_total counter\n"
            "things_total{kind=\"a\"} 1\n"
            "things_total{kind=\"b\\\"\\n\",realm=\"r\"} 1000000000000000\n"
            "# HELP level Now.\n"
            "# TYPE level gauge\n"
            "level 5\n");
}

TEST(Exposition, IsTheOneThatAnAcceptHeaderLikesMost) {
  for (const char* const accept :
       {"application/openmetrics-text", "application/openmetrics-text, text/plain",
        "Application/OpenMetrics-Text; version=1.0.0 ; q=0.5 , text/plain;q=0.4",
        // Prometheus
        "application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
        "text/plain;version=0.0.4;q=0.4,*/*;q=0.3"})
    EXPECT_EQ(exposition_for(accept), Exposition::openmetrics) << accept;
  for (const char* const accept :
       {"", "*/*", "text/plain", "application/openmetrics-text;q=0.5, text/plain",
        "application/openmetrics-text;q=0", "application/openmetrics-text;q=0.5, */*", "application/*",
        "application/openmetrics-text;q=much", "application/openmetrics-text-2", ";,;,q=1"})
    EXPECT_EQ(exposition_for(accept), Exposition::text) << accept;
}

TEST(Exposition, AddsUpTheBucketsOfAHistogramInSeconds) {
  transport::HistogramTotal total;
  total.counts[0] = 2;
  total.counts[10] = 3;
  total.counts.back() = 1;
  total.sum_us = 40'000'000;
  const std::string text = exposed({{&times, {}, total}}, Exposition::text);
  EXPECT_THAT(text, HasSubstr("# TYPE times_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("times_seconds_count 6\n"));
  EXPECT_THAT(text, HasSubstr("times_seconds_sum 40\n"));
  EXPECT_THAT(text, HasSubstr("times_seconds_bucket{le=\"0.000512\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("times_seconds_bucket{le=\"0.001024\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("times_seconds_bucket{le=\"+Inf\"} 6\n"));
}

}  // namespace
}  // namespace router

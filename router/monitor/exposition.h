// Numbers in the text format of Prometheus.
//
// Pure. The one door to prometheus-cpp.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "transport/counters/counter_totals.h"

namespace router {

struct Sample {
  const transport::Family* family;
  std::vector<std::pair<std::string, std::string>> labels;
  std::variant<double, transport::HistogramTotal> number;
};

// Those of one family are put together, in the order in which the families come first.
std::string prometheus_text(const std::vector<Sample>& samples);
inline constexpr const char* prometheus_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace router

// Numbers in the text format of Prometheus, or in OpenMetrics.
//
// Pure. The one door to prometheus-cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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

enum class Exposition : uint8_t { text, openmetrics };
// The one that an "Accept" header prefers.
Exposition exposition_for(std::string_view accept);
const char* content_type(Exposition exposition);

// Those of one family are put together, in the order in which the families come first.
std::string exposed(const std::vector<Sample>& samples, Exposition exposition);

}  // namespace router

#include "router/monitor/exposition.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "transport/http/http_text.h"

namespace router {
namespace {

using prometheus::ClientMetric;
using transport::Family;
using transport::Histogram;

prometheus::MetricType type_of(Family::Kind kind) {
  switch (kind) {
    case Family::Kind::counter:
      return prometheus::MetricType::Counter;
    case Family::Kind::gauge:
      return prometheus::MetricType::Gauge;
    case Family::Kind::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

ClientMetric::Histogram histogram_of(const transport::HistogramTotal& total) {
  ClientMetric::Histogram histogram;
  for (size_t bucket = 0; bucket + 1 < Histogram::bucket_count; ++bucket) {
    histogram.sample_count += total.counts[bucket];
    histogram.bucket.push_back(
        {histogram.sample_count, static_cast<double>(Histogram::longest_us(bucket)) / 1e6});
  }
  // The bucket without an end is the count.
  histogram.sample_count += total.counts.back();
  histogram.sample_sum = static_cast<double>(total.sum_us) / 1e6;
  return histogram;
}

ClientMetric metric_of(const Sample& sample) {
  ClientMetric metric;
  for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
  if (const auto* histogram = std::get_if<transport::HistogramTotal>(&sample.number)) {
    metric.histogram = histogram_of(*histogram);
    return metric;
  }
  const double value = std::get<double>(sample.number);
  (sample.family->kind == Family::Kind::gauge ? metric.gauge.value : metric.counter.value) = value;
  return metric;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t";
  const size_t begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

// Takes what stands in front of the next such character, and it.
std::string_view take_until(char end, std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return trimmed(part);
}

// "q=0.5" in thousandths; what is malformed counts as 0.
unsigned quality_in(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(';', parameters);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    double quality = 0;
    const char* const end = parameter.data() + parameter.size();
    const auto [last, error] = std::from_chars(parameter.data() + 2, end, quality, std::chars_format::fixed);
    const bool is_quality = error == std::errc() && last == end && quality >= 0 && quality <= 1;
    return is_quality ? static_cast<unsigned>(quality * 1000) : 0;
  }
  return 1000;
}

// How much an "Accept" header likes the first of these media ranges that it has, in thousandths; of one that
// it has several times, with other parameters, as it likes it most. None: it has none of them.
std::optional<unsigned> quality_of(std::span<const std::string_view> ranges, std::string_view accept) {
  for (const std::string_view range : ranges) {
    std::optional<unsigned> best;
    for (std::string_view rest = accept; !rest.empty();) {
      std::string_view parameters = take_until(',', rest);
      const std::string name = transport::in_small_letters(std::string(take_until(';', parameters)));
      if (name == range) best = std::max(best.value_or(0), quality_in(parameters));
    }
    if (best) return best;
  }
  return std::nullopt;
}

// In OpenMetrics a family of counters has no "_total" in its name, and quotes in a help text are escaped.
std::string openmetrics_text(const std::string& text) {
  constexpr std::string_view total = "_total ";
  std::string result;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("# ")) {
      constexpr size_t name = 7;  // behind "# HELP " and "# TYPE "
      const size_t behind_name = line.find(' ', name);
      if (line.substr(0, behind_name + 1).ends_with(total))
        line.erase(behind_name - (total.size() - 1), total.size() - 1);
      if (line.starts_with("# HELP "))
        for (size_t at = line.find('"'); at != line.npos; at = line.find('"', at + 2)) line.insert(at, "\\");
    }
    result.append(line).push_back('\n');
  }
  return result + "# EOF\n";
}

}  // namespace

Exposition exposition_for(std::string_view accept) {
  constexpr std::string_view named[] = {"application/openmetrics-text"};
  constexpr std::string_view plain[] = {"text/plain", "text/*", "*/*"};
  const auto openmetrics = quality_of(named, accept), text = quality_of(plain, accept);
  // It is for those only who ask for it by its name.
  return openmetrics && *openmetrics > 0 && *openmetrics >= text.value_or(0) ? Exposition::openmetrics
                                                                             : Exposition::text;
}

const char* content_type(Exposition exposition) {
  return exposition == Exposition::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                               : "text/plain; version=0.0.4; charset=utf-8";
}

std::string exposed(const std::vector<Sample>& samples, Exposition exposition) {
  std::vector<prometheus::MetricFamily> families;
  std::map<std::string_view, size_t> places;
  for (const Sample& sample : samples) {
    const Family& family = *sample.family;
    const auto [place, fresh] = places.try_emplace(family.name, families.size());
    if (fresh)
      families.push_back({std::string(family.name), std::string(family.help), type_of(family.kind), {}});
    families[place->second].metric.push_back(metric_of(sample));
  }
  const std::string text = prometheus::TextSerializer().Serialize(families);
  return exposition == Exposition::openmetrics ? openmetrics_text(text) : text;
}

}  // namespace router

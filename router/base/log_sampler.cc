#include "router/base/log_sampler.h"

#include <utility>

namespace router::log {

bool Sampler::admit(Kind kind, Time now) {
  Count& count = counts_[static_cast<size_t>(kind)];
  if (now - count.second >= std::chrono::seconds(1)) {
    count.second = now;
    count.admitted = 0;
  }
  if (count.admitted >= lines_per_second) {
    ++count.left_out;
    return false;
  }
  ++count.admitted;
  return true;
}

std::vector<Sampler::LeftOut> Sampler::left_out(Time now) {
  if (now - told_ < report_interval) return {};
  told_ = now;
  std::vector<LeftOut> all;
  for (size_t kind = 0; kind < kind_count; ++kind)
    if (const uint64_t lines = std::exchange(counts_[kind].left_out, 0); lines > 0)
      all.push_back({static_cast<Kind>(kind), lines});
  return all;
}

}  // namespace router::log

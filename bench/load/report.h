// The result of a measurement, for people or as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/load/options.h"
#include "bench/load/tally.h"

namespace bench::load {

struct Report {
  uint64_t operations = 0;
  double seconds = 0;
  Histogram latency;
  uint64_t own_cpu_ns = 0;
  uint64_t server_cpu_ns = 0;  // 0: unknown
  uint64_t reads = 0, messages = 0;
  std::optional<double> resident_bytes_per_session;  // idle only

  // Over the whole run, warm-up and end included.
  uint64_t errors = 0, wrong = 0, lost = 0;
  std::string first_fault;

  void set_faults(const Tally& tally, uint64_t outstanding);
  bool faultless() const { return operations != 0 && errors + wrong + lost == 0; }

  std::string to_text(const Options& options) const;
  std::string to_json(const Options& options) const;

  // What went wrong, in a sentence; for a report that is not faultless.
  std::string complaint() const;
};

}  // namespace bench::load

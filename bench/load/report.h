// The result of a measurement, for people or as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/load/options.h"
#include "bench/load/own_share.h"
#include "bench/load/tally.h"

namespace bench::load {

// What one thread has measured.
struct Part {
  Tally measured;  // its faults are those of the whole run, warm-up and end included
  double seconds = 0;
  OwnShare own;
  uint64_t server_cpu_ns = 0;  // 0: unknown
  uint64_t reads = 0, messages = 0;
  uint64_t lost = 0;
  uint64_t overdue = 0;  // in an open loop: due and not begun when the time was over

  void set_faults(const Tally& whole_run, uint64_t outstanding);
};

struct Report {
  Tally measured;
  double seconds = 0;
  size_t threads = 0;
  uint64_t own_cpu_ns = 0;
  double busiest = 0;          // share of its time in which the busiest thread of the generator ran
  double waiting_most = 0;     // the same of the one that waited most for a core
  uint64_t server_cpu_ns = 0;  // 0: unknown
  uint64_t reads = 0, messages = 0;
  uint64_t lost = 0, overdue = 0;
  std::optional<double> resident_bytes_per_session;  // idle only

  void add(const Part& part);

  bool faultless() const { return measured.operations != 0 && measured.faults() + lost == 0; }

  // The generator had no time left: throughput and latency are its own.
  bool generator_bound() const { return busiest > 0.9; }

  std::string to_text(const Options& options) const;
  std::string to_json(const Options& options) const;

  // What went wrong, in a sentence; for a report that is not faultless.
  std::string complaint() const;
};

}  // namespace bench::load

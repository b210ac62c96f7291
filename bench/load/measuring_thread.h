// What a thread of the generator does in a measurement: its share of the sessions, on a loop of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "bench/load/loop.h"
#include "bench/load/options.h"
#include "bench/load/pace.h"
#include "bench/load/progress.h"
#include "bench/load/report.h"
#include "bench/load/team.h"
#include "bench/load/workload.h"

namespace bench::load {

class MeasuringThread {
 public:
  // All of them live longer.
  MeasuringThread(const Options& options, Share share, Team& team, Progress& progress);

  // Throws std::runtime_error.
  Part run();

 private:
  void begin_load(uint64_t now_ns);
  void run_until(uint64_t deadline_ns);
  uint64_t begin_due(uint64_t now_ns);
  void tell(uint64_t now_ns);
  Part measure();
  void drain();
  uint64_t server_cpu_ns() const;

  const Options& options_;
  Share share_;
  Team& team_;
  Progress& progress_;
  Loop loop_;
  std::unique_ptr<Workload> workload_;
  std::optional<Pace> pace_;  // of the open loop
  uint64_t next_tell_ns_ = UINT64_MAX;
};

}  // namespace bench::load

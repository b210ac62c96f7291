#include "bench/load/measuring_thread.h"

#include <algorithm>

#include <sys/prctl.h>

#include "bench/load/clock.h"
#include "bench/load/measure.h"
#include "bench/load/process.h"
#include "client/wire/stop_signal.h"

namespace bench::load {

namespace {

constexpr uint64_t kDrainLimit_s = 10;
constexpr uint64_t kNever = UINT64_MAX;

uint64_t nanoseconds(double seconds) {
  return static_cast<uint64_t>(seconds * 1e9);
}

std::unique_ptr<Workload> make_workload(Loop& loop, const Options& options, Share share) {
  if (options.workload == "rpc") return make_rpc(loop, options, share);
  return options.workload == "pubsub" ? make_pubsub(loop, options, share)
                                      : make_connect(loop, options, share);
}

}  // namespace

MeasuringThread::MeasuringThread(const Options& options, Share share, Team& team, Progress& progress)
    : options_(options),
      share_(share),
      team_(team),
      progress_(progress),
      workload_(make_workload(loop_, options, share)) {}

Part MeasuringThread::run() {
  open_all(workload_->sessions(), loop_);
  const uint64_t begun_ns = team_.meet(loop_);
  begin_load(begun_ns);
  run_until(begun_ns + nanoseconds(options_.warmup_s));
  Part part = measure();
  drain();
  part.set_faults(workload_->tally, workload_->outstanding());
  return part;
}

void MeasuringThread::begin_load(uint64_t now_ns) {
  if (options_.rate == 0) return workload_->start(now_ns);
  // The kernel may wake up a thread 50 us late, unless it is told not to.
  ::prctl(PR_SET_TIMERSLACK, 1);
  // The threads take turns.
  const auto threads = static_cast<double>(share_.of);
  const double turn = static_cast<double>(share_.index) / options_.rate;
  pace_.emplace(options_.rate / threads, now_ns + nanoseconds(turn));
}

void MeasuringThread::run_until(uint64_t deadline_ns) {
  const auto ended = [this] { return wire::stop_requested() || team_.disbanded(); };
  for (uint64_t now = now_ns(); now < deadline_ns && !ended(); now = now_ns()) {
    tell(now);
    loop_.turn(std::min({deadline_ns, next_tell_ns_, begin_due(now)}));
    workload_->after_turn();
  }
}

// Returns when the next one is due.
uint64_t MeasuringThread::begin_due(uint64_t now_ns) {
  if (!pace_) return kNever;
  while (pace_->due_ns() <= now_ns) {
    if (!workload_->begin(pace_->due_ns())) return kNever;  // until one under way has ended
    pace_->next();
  }
  return pace_->due_ns();
}

void MeasuringThread::tell(uint64_t now_ns) {
  for (; now_ns >= next_tell_ns_; next_tell_ns_ += kSecond)
    progress_.tell(share_.index, workload_->tally, workload_->outstanding());
}

Part MeasuringThread::measure() {
  workload_->tally.restart();
  const uint64_t begun_ns = now_ns(), reads = loop_.reads, messages = loop_.messages;
  const uint64_t server_cpu_before_ns = server_cpu_ns();
  const OwnShareMeter meter;
  if (progress_.shown()) next_tell_ns_ = begun_ns + kSecond;
  run_until(begun_ns + nanoseconds(options_.duration_s));
  const uint64_t ended_ns = now_ns();
  Part part;
  part.seconds = static_cast<double>(ended_ns - begun_ns) / 1e9;
  part.own = meter.read();
  part.server_cpu_ns = server_cpu_ns() - server_cpu_before_ns;
  part.reads = loop_.reads - reads;
  part.messages = loop_.messages - messages;
  part.measured = workload_->tally;
  part.overdue = pace_ ? pace_->overdue(ended_ns) : 0;
  tell(ended_ns);
  next_tell_ns_ = kNever;
  return part;
}

void MeasuringThread::drain() {
  workload_->stop();
  const uint64_t deadline_ns = now_ns() + kDrainLimit_s * kSecond;
  while (workload_->outstanding() != 0 && loop_.turn(deadline_ns)) workload_->after_turn();
  team_.meet(loop_);
}

// Asked by one thread for all.
uint64_t MeasuringThread::server_cpu_ns() const {
  return options_.server_pid == 0 || share_.index != 0 ? 0 : cpu_time_ns(options_.server_pid);
}

}  // namespace bench::load

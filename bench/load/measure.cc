#include "bench/load/measure.h"

#include <stdexcept>

#include "bench/load/clock.h"
#include "bench/load/process.h"
#include "bench/wire/stop_signal.h"

namespace bench::load {

namespace {

constexpr size_t kOpeningAtATime = 64;  // far below any server's backlog
constexpr uint64_t kOpeningLimit_s = 30;
constexpr uint64_t kDrainLimit_s = 10;

uint64_t nanoseconds(double seconds) {
  return static_cast<uint64_t>(seconds * 1e9);
}

// All counters at one point in time.
struct Snapshot {
  Snapshot(const Loop& loop, const Options& options)
      : time_ns(now_ns()),
        own_cpu_ns(own_cpu_time_ns()),
        server_cpu_ns(options.server_pid != 0 ? cpu_time_ns(options.server_pid) : 0),
        reads(loop.reads),
        messages(loop.messages) {}

  uint64_t time_ns, own_cpu_ns, server_cpu_ns, reads, messages;
};

void add_difference(Report& report, const Snapshot& from, const Snapshot& to) {
  report.seconds = static_cast<double>(to.time_ns - from.time_ns) / 1e9;
  report.own_cpu_ns = to.own_cpu_ns - from.own_cpu_ns;
  report.server_cpu_ns = to.server_cpu_ns - from.server_cpu_ns;
  report.reads = to.reads - from.reads;
  report.messages = to.messages - from.messages;
}

void run_until(uint64_t deadline_ns, Workload& workload, Loop& loop) {
  while (!wire::stop_requested() && loop.turn(deadline_ns)) workload.after_turn();
}

void drain(Workload& workload, Loop& loop) {
  workload.stop();
  const uint64_t deadline_ns = now_ns() + kDrainLimit_s * kSecond;
  while (workload.outstanding() != 0 && loop.turn(deadline_ns)) workload.after_turn();
}

class IdleSession final : public Session {
 public:
  IdleSession(Loop& loop, const Options& options, size_t index, Tally& tally)
      : Session(loop, options,
                {.name = "session " + std::to_string(index),
                 .floor_path = {},
                 .serializer = options.serializer,
                 .peer_serializer = options.serializer,
                 .first_request = {}}),
        tally_(tally) {}

 private:
  void on_wamp(const Head&, std::string_view message, uint64_t) override {
    tally_.add_wrong(name(), message);
  }

  Tally& tally_;
};

}  // namespace

void open_all(const std::vector<Session*>& sessions, Loop& loop) {
  const uint64_t deadline_ns = now_ns() + kOpeningLimit_s * kSecond;
  size_t begun = 0;
  for (size_t ready = 0; ready < sessions.size();) {
    while (begun < sessions.size() && begun - ready < kOpeningAtATime) sessions[begun++]->open();
    if (wire::stop_requested()) throw std::runtime_error("interrupted before all sessions were open");
    if (!loop.turn(deadline_ns)) {
      throw std::runtime_error(sessions[ready]->name() + " was not ready after " +
                               std::to_string(kOpeningLimit_s) + " s");
    }
    while (ready < begun && sessions[ready]->ready()) ++ready;
  }
}

Report measure(Workload& workload, Loop& loop, const Options& options) {
  open_all(workload.sessions(), loop);
  workload.start(now_ns());
  run_until(now_ns() + nanoseconds(options.warmup_s), workload, loop);
  workload.tally.restart();
  const Snapshot begin(loop, options);
  run_until(begin.time_ns + nanoseconds(options.duration_s), workload, loop);
  Report report;
  add_difference(report, begin, Snapshot(loop, options));
  report.operations = workload.tally.operations;
  report.latency = workload.tally.latency;
  drain(workload, loop);
  report.set_faults(workload.tally, workload.outstanding());
  return report;
}

Report measure_idle(Loop& loop, const Options& options) {
  Tally tally;
  std::vector<std::unique_ptr<IdleSession>> sessions;
  std::vector<Session*> all;
  for (size_t i = 0; i < options.connections; ++i) {
    all.push_back(sessions.emplace_back(std::make_unique<IdleSession>(loop, options, i, tally)).get());
  }
  const uint64_t resident_before = options.server_pid != 0 ? resident_bytes(options.server_pid) : 0;
  const Snapshot begin(loop, options);
  open_all(all, loop);
  Report report;
  add_difference(report, begin, Snapshot(loop, options));
  report.operations = all.size();
  const uint64_t deadline_ns = now_ns() + nanoseconds(options.duration_s);
  while (!wire::stop_requested() && loop.turn(deadline_ns)) continue;
  if (options.server_pid != 0) {
    const auto grown =
        static_cast<double>(resident_bytes(options.server_pid)) - static_cast<double>(resident_before);
    report.resident_bytes_per_session = grown / static_cast<double>(all.size());
  }
  report.set_faults(tally, 0);
  return report;
}

}  // namespace bench::load

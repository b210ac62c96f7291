#include <cstdio>
#include <memory>
#include <string>

#include "bench/load/clock.h"
#include "bench/load/measure.h"
#include "bench/load/process.h"
#include "client/wire/stop_signal.h"

namespace bench::load {

namespace {

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

// What the server uses; nothing if it is unknown which process it is.
struct Usage {
  explicit Usage(int pid)
      : cpu_ns(pid == 0 ? 0 : cpu_time_ns(pid)), resident(pid == 0 ? 0 : resident_bytes(pid)) {}

  uint64_t cpu_ns, resident;
};

}  // namespace

Report measure_idle(const Options& options) {
  Loop loop;
  Tally tally;
  std::vector<std::unique_ptr<IdleSession>> sessions;
  std::vector<Session*> all;
  for (size_t i = 0; i < options.connections; ++i) {
    all.push_back(sessions.emplace_back(std::make_unique<IdleSession>(loop, options, i, tally)).get());
  }
  const Usage before(options.server_pid);
  const OwnShareMeter meter;
  open_all(all, loop);
  Part part;
  part.own = meter.read();
  part.seconds = part.own.seconds;
  part.server_cpu_ns = Usage(options.server_pid).cpu_ns - before.cpu_ns;
  part.reads = loop.reads;
  part.messages = loop.messages;
  part.measured.operations = all.size();
  if (options.progress) std::fprintf(stderr, "%zu sessions are open\n", all.size());
  const uint64_t deadline_ns = now_ns() + static_cast<uint64_t>(options.duration_s * 1e9);
  while (!wire::stop_requested() && loop.turn(deadline_ns)) continue;
  part.set_faults(tally, 0);
  Report report;
  report.add(part);
  if (options.server_pid != 0) {
    const auto grown =
        static_cast<double>(Usage(options.server_pid).resident) - static_cast<double>(before.resident);
    report.resident_bytes_per_session = grown / static_cast<double>(all.size());
  }
  return report;
}

}  // namespace bench::load

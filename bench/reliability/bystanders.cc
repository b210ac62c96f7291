// Callers and callees who are there while others attack the router.
#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "bench/load/clock.h"
#include "bench/load/measure.h"
#include "bench/load/pace.h"
#include "bench/load/workload.h"
#include "bench/reliability/json_line.h"
#include "bench/reliability/trial.h"
#include "client/wire/stop_signal.h"

namespace bench::reliability {

using namespace load;

namespace {

constexpr uint64_t kSlot_ns = kSecond / 10;
constexpr uint64_t kPatience_ns = 10 * kSecond;  // for the last answers

class Bystanders {
 public:
  explicit Bystanders(const Options& options) : options_(options), rpc_(make_rpc(loop_, options_, {})) {}

  std::string run() {
    open_all(rpc_->sessions(), loop_);
    slot_ns_ = now_ns();
    Pace pace(options_.rate, slot_ns_);
    while (!wire::stop_requested()) {
      const uint64_t now = now_ns();
      bool room = true;
      while (room && pace.due_ns() <= now) {
        room = rpc_->begin(pace.due_ns());
        if (room) pace.next();
      }
      turn(room ? pace.due_ns() : now + kSlot_ns);
    }
    rpc_->stop();
    for (const uint64_t deadline_ns = now_ns() + kPatience_ns;
         rpc_->outstanding() != 0 && now_ns() < deadline_ns;)
      turn(deadline_ns);
    tell(now_ns());
    if (rpc_->outstanding() != 0)
      throw std::runtime_error(std::to_string(rpc_->outstanding()) + " calls were not answered");
    JsonLine line;
    line.add("calls", calls_);
    return line.text();
  }

 private:
  void turn(uint64_t deadline_ns) {
    loop_.turn(std::min(deadline_ns, slot_ns_ + kSlot_ns));
    if (rpc_->tally.faults() != 0) throw std::runtime_error(rpc_->tally.first_fault);
    if (const uint64_t now = now_ns(); now >= slot_ns_ + kSlot_ns) tell(now);
  }
  void tell(uint64_t now) {
    std::string latencies;
    rpc_->tally.latency.for_each([&latencies](uint64_t ns, uint64_t count) {
      latencies +=
          (latencies.empty() ? "[" : ",[") + std::to_string(ns / 1000) + "," + std::to_string(count) + "]";
    });
    std::printf("{\"from_s\":%.3f,\"until_s\":%.3f,\"latency_us\":[%s]}\n",
                static_cast<double>(slot_ns_) / 1e9, static_cast<double>(now) / 1e9, latencies.c_str());
    std::fflush(stdout);
    calls_ += rpc_->tally.operations;
    rpc_->tally.restart();
    slot_ns_ = now;
  }

  const Options options_;
  Loop loop_;
  std::unique_ptr<Workload> rpc_;
  uint64_t slot_ns_ = 0;  // when the present slot began
  uint64_t calls_ = 0;
};

}  // namespace

std::string bystanders(Options options) {
  options.callees = options.callers;
  return Bystanders(options).run();
}

}  // namespace bench::reliability

// Connections that come, say a part of what they have to say, and end somehow; meanwhile others go on as if
// nothing had happened. Afterwards the router must be as it was.
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/measure.h"
#include "bench/load/process.h"
#include "bench/reliability/json_line.h"
#include "bench/reliability/steady.h"
#include "bench/reliability/trial.h"
#include "bench/reliability/visit.h"
#include "client/wire/stop_signal.h"

namespace bench::reliability {

using namespace load;

namespace {

constexpr uint64_t kMillisecond_ns = 1'000'000;
// So many times as many visitors at a time while it warms up: what the router's allocator keeps for later is
// then there, so that what is measured is what it loses.
constexpr size_t kCrowd = 4;
constexpr uint64_t kParts = 5;  // after each, the router is as it was
constexpr uint64_t kSettling_ns = 60 * kSecond;

// What the router holds when nobody is visiting.
struct State {
  std::string inventory;
  uint64_t resident_bytes = 0;
  uint64_t descriptors = 0;
};

class House {
 public:
  House(const Options& options, const Churn& trial) : options_(options), trial_(trial), random_(trial.seed) {
    open_all({&callee_, &caller_, &publisher_, &subscriber_, &auditor_}, loop_);
    for (size_t i = 0; i < kCrowd * trial.at_a_time; ++i)
      visitors_.push_back(std::make_unique<Visitor>(loop_, options_, trial_, random_));
  }

  std::string run() {
    State empty = settled(nullptr);
    receive_visitors(trial_.warmup_cycles);
    visitors_.resize(trial_.at_a_time);
    const State before = settled(&empty);
    JsonLine line;
    State after;
    double seconds = 0;
    for (uint64_t part = 1; part <= kParts && !wire::stop_requested(); ++part) {
      const uint64_t begun_ns = now_ns();
      receive_visitors(trial_.cycles / kParts);
      seconds += static_cast<double>(all_came_ns_ - begun_ns) / 1e9;
      after = settled(&before);
      line.add("rss_" + std::to_string(part), after.resident_bytes);
    }
    check_those_who_stayed();
    line.add("cycles", trial_.cycles);
    line.add("seconds", seconds);
    line.add("rss_before", before.resident_bytes);
    line.add("rss_after", after.resident_bytes);
    line.add("descriptors_before", before.descriptors);
    line.add("descriptors_after", after.descriptors);
    line.add("counts_back", true);
    line.add("calls_answered", caller_.answered() + callee_.answered());
    line.add("events_in_order", subscriber_.received());
    return line.text();
  }

 private:
  void receive_visitors(uint64_t count) {
    for (uint64_t come = 0, visiting = 1; (come < count || visiting > 0) && !wire::stop_requested();) {
      loop_.turn(now_ns() + kMillisecond_ns);
      const uint64_t now = now_ns();
      visiting = 0;
      for (const auto& visitor : visitors_) {
        visitor->after_turn(now);
        if (!visitor->visiting() && come < count) {
          visitor->visit(now);
          if (++come == count) all_came_ns_ = now;
        }
        if (visitor->visiting()) ++visiting;
      }
      keep_busy(now);
    }
  }
  void keep_busy(uint64_t now) {
    if (now < next_work_ns_) return;
    next_work_ns_ = now + kMillisecond_ns;
    publisher_.publish();
    if (!caller_.waits()) caller_.call();
  }

  // Waits until the router holds what it held in `before`, and nobody waits for an answer.
  State settled(const State* before) {
    const uint64_t deadline_ns = now_ns() + kSettling_ns;
    for (;;) {
      State now{auditor_.inventory(), resident_bytes(options_.server_pid),
                open_descriptors(options_.server_pid)};
      const bool as_before =
          !before || (now.inventory == before->inventory && now.descriptors <= before->descriptors);
      if (as_before && !caller_.waits() && callee_.waiting() == 0) return now;
      if (now_ns() > deadline_ns)
        throw std::runtime_error(
            "the router still holds " + now.inventory + ", " + std::to_string(now.descriptors) +
            " descriptors; before: " +
            (before ? before->inventory + ", " + std::to_string(before->descriptors) : "") +
            "; the steady callee is not told the end of " + std::to_string(callee_.waiting()) + " calls");
      loop_.turn(now_ns() + 50 * kMillisecond_ns);
    }
  }
  void check_those_who_stayed() {
    if (subscriber_.received() != publisher_.published())
      throw std::runtime_error("the steady subscriber got " + std::to_string(subscriber_.received()) +
                               " of " + std::to_string(publisher_.published()) + " events");
  }

  const Options& options_;
  const Churn& trial_;
  Random random_;
  Loop loop_;
  SteadyCallee callee_{loop_, options_};
  SteadyCaller caller_{loop_, options_};
  SteadyPublisher publisher_{loop_, options_};
  SteadySubscriber subscriber_{loop_, options_};
  Auditor auditor_{loop_, options_};
  std::vector<std::unique_ptr<Visitor>> visitors_;
  uint64_t next_work_ns_ = 0;
  uint64_t all_came_ns_ = 0;
};

}  // namespace

std::string churn(const Options& options, const Churn& trial) {
  return House(options, trial).run();
}

}  // namespace bench::reliability

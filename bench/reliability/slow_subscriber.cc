// One publisher at a steady rate, below what the machine can carry, and many subscribers, of whom one stops
// reading. What the others notice is the time from a publication to its event; what the router pays is
// memory.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/frame_template.h"
#include "bench/load/histogram.h"
#include "bench/load/measure.h"
#include "bench/load/process.h"
#include "bench/load/session.h"
#include "bench/reliability/json_line.h"
#include "bench/reliability/trial.h"
#include "client/wire/stop_signal.h"

namespace bench::reliability {

using namespace load;

namespace {

constexpr const char* kTopic = "bench.flood";
constexpr uint64_t kSample_ns = kSecond / 20;

Session::Plan plan_of(const std::string& name, const Options& options, List first_request) {
  return {.name = name,
          .floor_path = {},
          .serializer = options.serializer,
          .peer_serializer = options.serializer,
          .first_request = std::move(first_request)};
}

class Publisher final : public Session {
 public:
  Publisher(Loop& loop, const Options& options)
      : Session(loop, options, plan_of("publisher", options, {})),
        publish_(framing(), writer(), {kPublish, 0, Dict{}, kTopic, List{options.payload()}}) {}

  void publish(uint64_t now_ns) {
    sent_ns_.push_back(now_ns);
    send(publish_, sent_ns_.size());
  }
  size_t published() const { return sent_ns_.size(); }
  uint64_t sent_ns(size_t publication) const { return sent_ns_.at(publication); }

 private:
  void on_wamp(const Head&, std::string_view message, uint64_t) override {
    throw std::runtime_error("the publisher heard " + printable(message));
  }

  FrameTemplate publish_;
  std::vector<uint64_t> sent_ns_;
};

// Events of one publisher come in order (WAMP, 5.4), so the n-th event is publication n.
class Subscriber final : public Session {
 public:
  Subscriber(Loop& loop, const Options& options, size_t index, const Publisher& publisher, Histogram& latency)
      : Session(loop, options,
                plan_of("subscriber " + std::to_string(index), options, {kSubscribe, 1, Dict{}, kTopic})),
        publisher_(publisher),
        latency_(latency),
        ending_(reader().ending(options.payload())) {}

  void count_from(size_t publication) { counted_from_ = publication; }
  void get_stuck() { connection().stop_reading(); }
  size_t received() const { return received_; }

 private:
  void on_wamp(const Head& head, std::string_view message, uint64_t now_ns) override {
    if (head.type != kEvent || !message.ends_with(ending_) || received_ >= publisher_.published())
      throw std::runtime_error(name() + " heard " + printable(message));
    if (received_ >= counted_from_) latency_.add(now_ns - publisher_.sent_ns(received_));
    ++received_;
  }

  const Publisher& publisher_;
  Histogram& latency_;
  std::string ending_;
  size_t received_ = 0;
  size_t counted_from_ = SIZE_MAX;
};

// Hears of the end of a session by wamp.session.on_leave.
class Witness final : public Session {
 public:
  Witness(Loop& loop, const Options& options) : Session(loop, options, plan(options)) {}

  void watch_for(uint64_t session) { session_ = std::to_string(session); }
  bool saw_it() const { return seen_ns_ != 0; }
  uint64_t seen_ns() const { return seen_ns_; }

 private:
  static Plan plan(const Options& options) {
    Plan plan = plan_of("witness", options, {kSubscribe, 1, Dict{}, "wamp.session.on_leave"});
    plan.serializer = plan.peer_serializer = &load::json();
    return plan;
  }
  void on_wamp(const Head&, std::string_view message, uint64_t now_ns) override {
    if (!session_.empty() && message.find("[" + session_ + ",") != message.npos) seen_ns_ = now_ns;
  }

  std::string session_;
  uint64_t seen_ns_ = 0;
};

class Flood {
 public:
  Flood(const Options& options, const SlowSubscriber& trial)
      : options_(options), trial_(trial), publisher_(loop_, options), witness_(loop_, options) {
    std::vector<Session*> all{&publisher_, &witness_};
    for (size_t i = 0; i < trial.subscribers; ++i)
      all.push_back(
          subscribers_.emplace_back(std::make_unique<Subscriber>(loop_, options, i, publisher_, latency_))
              .get());
    open_all(all, loop_);
  }

  std::string run() {
    publish_for(options_.warmup_s);
    for (const auto& subscriber : subscribers_) subscriber->count_from(publisher_.published());
    const uint64_t begun_ns = now_ns();
    Subscriber& stuck = *subscribers_.front();
    if (trial_.one_is_stuck) {
      witness_.watch_for(stuck.id());
      stuck.get_stuck();
    }
    const uint64_t rss_before = resident_bytes(options_.server_pid);
    const uint64_t cpu_before = cpu_time_ns(options_.server_pid);
    rss_max_ = rss_before;
    publish_for(options_.duration_s);
    const uint64_t cpu = cpu_time_ns(options_.server_pid) - cpu_before;
    const double seconds = static_cast<double>(now_ns() - begun_ns) / 1e9;
    wait_for_all();
    JsonLine line;
    line.add("one_is_stuck", trial_.one_is_stuck);
    line.add("events_per_s", static_cast<double>(latency_.count()) / seconds);
    line.add("server_cpu", static_cast<double>(cpu) / 1e9 / seconds);
    line.add("p50_ms", static_cast<double>(latency_.quantile_ns(0.5)) / 1e6);
    line.add("p99_ms", static_cast<double>(latency_.quantile_ns(0.99)) / 1e6);
    line.add("rss_before", rss_before);
    line.add("rss_max", rss_max_);
    line.add("rss_end", resident_bytes(options_.server_pid));
    if (trial_.one_is_stuck) {
      line.add("stuck_session", stuck.id());
      line.add("gone", witness_.saw_it());
      line.add("gone_after_s",
               witness_.saw_it() ? static_cast<double>(witness_.seen_ns() - begun_ns) / 1e9 : 0);
    }
    return line.text();
  }

 private:
  void publish_for(double seconds) {
    const uint64_t begun_ns = now_ns(), interval_ns = static_cast<uint64_t>(1e9 / trial_.rate);
    const auto count = static_cast<uint64_t>(seconds * trial_.rate);
    for (uint64_t i = 0; i < count && !wire::stop_requested(); ++i) {
      publisher_.publish(now_ns());
      for (const uint64_t next_ns = begun_ns + (i + 1) * interval_ns; loop_.turn(next_ns);) sample();
    }
  }
  void sample() {
    if (rss_max_ == 0 || now_ns() < next_sample_ns_) return;
    next_sample_ns_ = now_ns() + kSample_ns;
    rss_max_ = std::max(rss_max_, resident_bytes(options_.server_pid));
  }
  void wait_for_all() {
    const uint64_t deadline_ns = now_ns() + 10 * kSecond;
    for (size_t i = trial_.one_is_stuck ? 1 : 0; i < subscribers_.size(); ++i) {
      while (subscribers_[i]->received() < publisher_.published()) {
        if (!loop_.turn(deadline_ns)) throw std::runtime_error(subscribers_[i]->name() + " lost events");
      }
    }
  }

  const Options& options_;
  const SlowSubscriber& trial_;
  Loop loop_;
  Histogram latency_;
  Publisher publisher_;
  Witness witness_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  uint64_t rss_max_ = 0;  // 0: not sampled yet
  uint64_t next_sample_ns_ = 0;
};

}  // namespace

std::string slow_subscriber(const Options& options, const SlowSubscriber& trial) {
  return Flood(options, trial).run();
}

}  // namespace bench::reliability

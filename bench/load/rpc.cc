// Callers with a number of calls in flight each, and callees that answer at once. An operation is a call.
#include <numeric>
#include <string>

#include "bench/load/frame_template.h"
#include "bench/load/in_flight.h"
#include "bench/load/round_robin.h"
#include "bench/load/workload.h"

namespace bench::load {

namespace {

std::string procedure(size_t index) {
  return "bench.procedure." + std::to_string(index);
}

class Callee final : public Session {
 public:
  Callee(Loop& loop, const Options& options, size_t index, Tally& tally)
      : Session(loop, options,
                {.name = "callee " + std::to_string(index),
                 .floor_path = "/b/" + std::to_string(index),
                 .serializer = options.peer_serializer,
                 .peer_serializer = options.serializer,
                 .first_request = {kRegister, 1, options.match(), options.pattern(procedure(index))}}),
        tally_(tally),
        invocation_type_(options.floor ? kCall : kInvocation),
        ending_(reader().ending(options.payload())),
        yield_(framing(), writer(), {kYield, 0, Dict{}, List{options.payload()}}) {}

 private:
  void on_wamp(const Head& head, std::string_view message, uint64_t) override {
    if (head.type != invocation_type_ || !message.ends_with(ending_))
      return tally_.add_wrong(name(), message);
    send(yield_, head.id);
  }

  Tally& tally_;
  uint64_t invocation_type_;
  std::string ending_;
  FrameTemplate yield_;
};

class Caller final : public Session {
 public:
  Caller(Loop& loop, const Options& options, size_t index, Tally& tally)
      : Session(loop, options,
                {.name = "caller " + std::to_string(index),
                 .floor_path = "/a/" + std::to_string(index),
                 .serializer = options.serializer,
                 .peer_serializer = options.peer_serializer,
                 .first_request = {}}),
        tally_(tally),
        in_flight_(options.depth),
        result_type_(options.floor ? kYield : kResult),
        ending_(reader().ending(options.payload())),
        call_(framing(), writer(),
              {kCall, 0, Dict{}, procedure(index % options.callees), List{options.payload()}}, options.uris,
              index * options.uris / options.callers) {}

  void start(uint64_t now_ns) {
    goes_on_ = true;
    while (call(now_ns)) continue;
  }
  bool call(uint64_t begun_ns) {
    if (!in_flight_.has_room()) return false;
    send(call_, in_flight_.add(begun_ns));
    return true;
  }
  void stop() { goes_on_ = false; }
  size_t in_flight() const { return in_flight_.size(); }

 private:
  void on_wamp(const Head& head, std::string_view message, uint64_t now_ns) override {
    const bool error = head.type == kError && head.id == kCall;
    const auto sent_ns = in_flight_.take(error ? head.second : head.id);
    if (!sent_ns) return tally_.add_wrong(name(), message);
    if (error) {
      tally_.add_error(name(), message);
    } else if (head.type != result_type_ || !message.ends_with(ending_)) {
      tally_.add_wrong(name(), message);
    } else {
      tally_.add_operation(now_ns - *sent_ns);
    }
    while (goes_on_ && call(now_ns)) continue;
  }

  Tally& tally_;
  InFlight in_flight_;
  bool goes_on_ = false;  // an answer makes room for the next call
  uint64_t result_type_;
  std::string ending_;
  FrameTemplate call_;
};

class Rpc final : public Workload {
 public:
  Rpc(Loop& loop, const Options& options, Share share) {
    for (size_t i = 0; i < options.callees; ++i) {
      if (share.has(i)) callees_.push_back(std::make_unique<Callee>(loop, options, i, tally));
    }
    for (size_t i = 0; i < options.callers; ++i) {
      if (share.has(i)) callers_.push_back(std::make_unique<Caller>(loop, options, i, tally));
    }
  }

  std::vector<Session*> sessions() override {
    std::vector<Session*> all;
    for (const auto& callee : callees_) all.push_back(callee.get());
    for (const auto& caller : callers_) all.push_back(caller.get());
    return all;
  }
  void start(uint64_t now_ns) override {
    for (const auto& caller : callers_) caller->start(now_ns);
  }
  bool begin(uint64_t due_ns) override {
    return turns_.any(callers_, [due_ns](Caller& caller) { return caller.call(due_ns); });
  }
  void stop() override {
    for (const auto& caller : callers_) caller->stop();
  }
  uint64_t outstanding() const override {
    return std::accumulate(callers_.begin(), callers_.end(), uint64_t{0},
                           [](uint64_t sum, const auto& caller) { return sum + caller->in_flight(); });
  }

 private:
  std::vector<std::unique_ptr<Callee>> callees_;
  std::vector<std::unique_ptr<Caller>> callers_;
  RoundRobin turns_;
};

}  // namespace

std::unique_ptr<Workload> make_rpc(Loop& loop, const Options& options, Share share) {
  return std::make_unique<Rpc>(loop, options, share);
}

}  // namespace bench::load

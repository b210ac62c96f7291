// Sessions that come and go: connect, handshake, HELLO, WELCOME, GOODBYE, GOODBYE, close, and again. An
// operation is one such life.
#include <algorithm>
#include <string>

#include "bench/load/clock.h"
#include "bench/load/workload.h"

namespace bench::load {

namespace {

class Visitor final : public Session {
 public:
  Visitor(Loop& loop, const Options& options, size_t index, Tally& tally)
      : Session(loop, options,
                {.name = "visitor " + std::to_string(index),
                 .floor_path = {},
                 .serializer = options.serializer,
                 .peer_serializer = options.serializer,
                 .first_request = {}}),
        tally_(tally) {}

  bool visiting() const { return visiting_; }

  // The connections that measure() opened are left first.
  void leave_first() {
    begin_visit();
    say_goodbye();
  }
  void visit_again() {
    begin_visit();
    open();
  }

 private:
  void begin_visit() {
    leaving_ = false;
    visiting_ = true;
    begun_ns_ = now_ns();
  }
  void on_ready(uint64_t) override {
    if (visiting_) say_goodbye();
  }
  void say_goodbye() { send({kGoodbye, Dict{}, "wamp.close.close_realm"}); }

  void on_wamp(const Head& head, std::string_view message, uint64_t) override {
    if (head.type != kGoodbye) return tally_.add_wrong(name(), message);
    leaving_ = true;
    connection().leave();
  }

  void on_closed(const std::string& why, uint64_t now_ns) override {
    if (!leaving_) Session::on_closed(why, now_ns);
    visiting_ = false;
    tally_.add_operation(now_ns - begun_ns_);
  }

  Tally& tally_;
  bool visiting_ = false;
  bool leaving_ = false;  // GOODBYE was answered
  uint64_t begun_ns_ = 0;
};

class Connect final : public Workload {
 public:
  Connect(Loop& loop, const Options& options) {
    for (size_t i = 0; i < options.connections; ++i) {
      visitors_.push_back(std::make_unique<Visitor>(loop, options, i, tally));
    }
  }

  std::vector<Session*> sessions() override {
    std::vector<Session*> all;
    for (const auto& visitor : visitors_) all.push_back(visitor.get());
    return all;
  }
  void start(uint64_t) override {
    for (const auto& visitor : visitors_) visitor->leave_first();
  }
  void after_turn() override {
    if (stopped_) return;
    for (const auto& visitor : visitors_) {
      if (!visitor->visiting()) visitor->visit_again();
    }
  }
  void stop() override { stopped_ = true; }
  uint64_t outstanding() const override {
    return static_cast<uint64_t>(
        std::ranges::count_if(visitors_, [](const auto& v) { return v->visiting(); }));
  }

 private:
  bool stopped_ = false;
  std::vector<std::unique_ptr<Visitor>> visitors_;
};

}  // namespace

std::unique_ptr<Workload> make_connect(Loop& loop, const Options& options) {
  return std::make_unique<Connect>(loop, options);
}

}  // namespace bench::load

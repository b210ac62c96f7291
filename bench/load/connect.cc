// Sessions that come and go: connect, handshake, HELLO, WELCOME, GOODBYE, GOODBYE, close, and again. An
// operation is one such life.
#include <algorithm>
#include <string>

#include "bench/load/clock.h"
#include "bench/load/round_robin.h"
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

  void visit(uint64_t begun_ns) {
    visiting_ = true;
    leaving_ = false;
    begun_ns_ = begun_ns;
    open();
  }

 private:
  void on_ready(uint64_t) override { send({kGoodbye, Dict{}, "wamp.close.close_realm"}); }

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
  Connect(Loop& loop, const Options& options, Share share) {
    for (size_t i = share.index; i < options.connections; i += share.of) {
      visitors_.push_back(std::make_unique<Visitor>(loop, options, i, tally));
    }
  }

  std::vector<Session*> sessions() override { return {}; }
  void start(uint64_t) override {
    goes_on_ = true;
    after_turn();
  }
  // A visitor may come again only after the turn in which its connection was closed.
  void after_turn() override {
    if (!goes_on_) return;
    for (const auto& visitor : visitors_) {
      if (!visitor->visiting()) visitor->visit(now_ns());
    }
  }
  bool begin(uint64_t due_ns) override {
    return turns_.any(visitors_, [due_ns](Visitor& visitor) {
      if (visitor.visiting()) return false;
      visitor.visit(due_ns);
      return true;
    });
  }
  void stop() override { goes_on_ = false; }
  uint64_t outstanding() const override {
    return static_cast<uint64_t>(
        std::ranges::count_if(visitors_, [](const auto& v) { return v->visiting(); }));
  }

 private:
  bool goes_on_ = false;  // who has left comes again
  std::vector<std::unique_ptr<Visitor>> visitors_;
  RoundRobin turns_;
};

}  // namespace

std::unique_ptr<Workload> make_connect(Loop& loop, const Options& options, Share share) {
  return std::make_unique<Connect>(loop, options, share);
}

}  // namespace bench::load

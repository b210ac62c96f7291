// Neighbours for tests: write down what a realm says to them, and answer nothing by themselves.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "router/neighbours/neighbours.h"

namespace router {

class RecordedNeighbours final : public Neighbours {
 public:
  explicit RecordedNeighbours(const Clock& clock) : node_lease(std::make_shared<Lease>(clock)) {}

  void on_first_subscriber(const MatchedUriView& topic, Ticket ticket) override {
    say("+topic ", topic);
    told = ticket;
  }
  void on_last_subscriber(const MatchedUriView& topic) noexcept override { say("-topic ", topic); }
  void on_callee_came(const MatchedUriView& procedure, dealer::InvocationPolicy policy, uint32_t count,
                      Ticket ticket) override {
    say("+callee " + std::to_string(count) + " " + std::string(name(policy)) + " ", procedure);
    told = ticket;
  }
  void on_callee_went(const MatchedUriView& procedure, dealer::InvocationPolicy policy,
                      uint32_t count) noexcept override {
    say("-callee " + std::to_string(count) + " " + std::string(name(policy)) + " ", procedure);
  }
  void want(const MatchedUriView& procedure, dealer::InvocationPolicy policy, Ticket ticket) override {
    say("want " + std::string(name(policy)) + " ", procedure);
    wanted[std::string(procedure.uri)] = ticket;
  }
  void release(const MatchedUriView& procedure) noexcept override { say("release ", procedure); }
  std::shared_ptr<const Lease> lease() const override { return node_lease; }

  // What was said since the last time.
  std::vector<std::string> take() { return std::exchange(said_, {}); }

  Ticket told = 0;                       // the last
  std::map<std::string, Ticket> wanted;  // the last of each procedure
  const std::shared_ptr<Lease> node_lease;

 private:
  void say(std::string what, const MatchedUriView& of) {
    said_.push_back(std::move(what) + std::string(of.uri) +
                    (of.match == wamp::MatchPolicy::exact ? "" : " by " + std::string(wamp::name(of.match))));
  }

  std::vector<std::string> said_;
};

}  // namespace router

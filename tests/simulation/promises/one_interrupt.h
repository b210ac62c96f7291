// At most one INTERRUPT comes for an INVOCATION, to callees that understand it, and nothing that the router
// decided when it had the callee's last answer.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/simulation/promise.h"

namespace simulation {

class OneInterrupt final : public Promise {
 public:
  OneInterrupt(const Ledger& ledger, Journal& journal) : Promise("OneInterrupt", ledger, journal) {}

  void on_said(const Spoken& said) override {
    const auto* result = said.get<wamp::Yield>();
    const auto* error = said.get<wamp::Error>();
    if ((!result && !error) || (result && is_true(result->options, "progress"))) return;
    if (said.nothing_is_on_its_way)
      answered_[said.who.number].insert(result ? result->request.value : error->request.value);
  }

  void on_heard(const Spoken& heard) override {
    if (const auto* m = heard.get<wamp::Invocation>())
      require(!has_answered(heard.who, m->request.value), heard.who,
              "hears a chunk of INVOCATION " + std::to_string(m->request.value) + ", which it has answered");
    const auto* interrupt = heard.get<wamp::Interrupt>();
    if (!interrupt) return;
    const uint64_t id = interrupt->request.value;
    require(heard.who.features.callee_call_canceling, heard.who, "does not understand INTERRUPT");
    require(!has_answered(heard.who, id), heard.who,
            "hears INTERRUPT " + std::to_string(id) + ", which it has answered");
    require(interrupted_[heard.who.number].insert(id).second, heard.who,
            "hears INTERRUPT " + std::to_string(id) + " twice");
  }

  void on_over(const Life& life) override {
    answered_.erase(life.number);
    interrupted_.erase(life.number);
  }

 private:
  bool has_answered(const Life& who, uint64_t invocation) const {
    const auto answered = answered_.find(who.number);
    return answered != answered_.end() && answered->second.contains(invocation);
  }

  std::map<uint64_t, std::set<uint64_t>> answered_, interrupted_;  // INVOCATIONs, by session
};

}  // namespace simulation

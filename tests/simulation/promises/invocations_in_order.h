// INVOCATIONs of one caller come to one registration of a callee in the order of its CALLs.
//
// Not those that the router passes on because another callee was unavailable. Progressive ones may overtake
// calls that wait for a free callee, as they do not wait; and calls with different routing keys each other,
// as each waits for its own callee.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "tests/simulation/promise.h"

namespace simulation {

class InvocationsInOrder final : public Promise {
 public:
  InvocationsInOrder(const Ledger& ledger, Journal& journal)
      : Promise("InvocationsInOrder", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    const auto* invocation = heard.get<wamp::Invocation>();
    const auto call = invocation ? ledger_.call_of(heard.stamp) : nullptr;
    if (!call || !call->invoked.empty() || call->is_progressive) return;
    auto& last = last_[{heard.who.number, invocation->registration.value, call->caller, call->routing_key}];
    require(last < call->number, heard.who,
            "hears call " + std::to_string(call->number) + " behind " + std::to_string(last));
    last = call->number;
  }

 private:
  // By callee, registration, caller and routing key.
  std::map<std::tuple<uint64_t, uint64_t, uint64_t, std::string>, uint64_t> last_;
};

}  // namespace simulation

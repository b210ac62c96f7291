// INVOCATIONs come between REGISTERED and UNREGISTERED only.
#pragma once

#include <string>

#include "tests/simulation/promise.h"

namespace simulation {

class RegisteredFirst final : public Promise {
 public:
  RegisteredFirst(const Ledger& ledger, Journal& journal) : Promise("RegisteredFirst", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    const auto* invocation = heard.get<wamp::Invocation>();
    // Further chunks of what it was asked before go on.
    if (!invocation || heard.who.invocations.contains(invocation->request.value)) return;
    if (heard.stamp && heard.stamp->part > 0) return;
    require(heard.who.registrations.contains(invocation->registration.value), heard.who,
            "hears an INVOCATION before REGISTERED or after UNREGISTERED " +
                std::to_string(invocation->registration.value));
  }
};

}  // namespace simulation

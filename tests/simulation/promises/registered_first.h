// INVOCATIONs come between REGISTERED and UNREGISTERED only, though an UNREGISTER of what has been taken away
// may be refused in between.
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
    const uint64_t registration = invocation->registration.value;
    require(heard.who.registrations.contains(registration) ||
                heard.who.lost_registrations.contains(registration),
            heard.who,
            "hears an INVOCATION before REGISTERED or after UNREGISTERED " +
                std::to_string(registration));
  }
};

}  // namespace simulation

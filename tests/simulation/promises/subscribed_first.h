// EVENTs come between SUBSCRIBED and UNSUBSCRIBED only; or, if the subscription was taken away, to who has not
// always read.
#pragma once

#include <string>

#include "tests/simulation/promise.h"

namespace simulation {

class SubscribedFirst final : public Promise {
 public:
  SubscribedFirst(const Ledger& ledger, Journal& journal) : Promise("SubscribedFirst", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    if (const auto* event = heard.get<wamp::Event>())
      require(heard.who.subscriptions.contains(event->subscription.value) ||
                  (heard.who.is_slow && heard.who.lost_subscriptions.contains(event->subscription.value)),
              heard.who,
              "hears an EVENT before SUBSCRIBED or after UNSUBSCRIBED " +
                  std::to_string(event->subscription.value));
  }
};

}  // namespace simulation

// Each request has exactly one answer, a call one last RESULT or ERROR and nothing after it; nothing answers
// what was not asked. A progressive RESULT comes only to who has asked for it.
#pragma once

#include <string>

#include "tests/simulation/promise.h"

namespace simulation {

class OneAnswer final : public Promise {
 public:
  OneAnswer(const Ledger& ledger, Journal& journal) : Promise("OneAnswer", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    using wamp::MessageType;
    if (const auto* m = heard.get<wamp::Subscribed>()) answers(heard, MessageType::subscribe, m->request);
    if (const auto* m = heard.get<wamp::Registered>()) answers(heard, MessageType::register_, m->request);
    if (const auto* m = heard.get<wamp::Published>()) answers(heard, MessageType::publish, m->request);
    if (const auto* m = heard.get<wamp::Unsubscribed>(); m && m->request != wamp::RequestId())
      answers(heard, MessageType::unsubscribe, m->request);
    if (const auto* m = heard.get<wamp::Unregistered>(); m && m->request != wamp::RequestId())
      answers(heard, MessageType::unregister, m->request);
    if (const auto* m = heard.get<wamp::Error>()) answers(heard, m->request_type, m->request);
    if (const auto* m = heard.get<wamp::CallResult>()) {
      answers(heard, MessageType::call, m->request);
      const auto call = heard.who.calls.find(m->request.value);
      if (call != heard.who.calls.end())
        require(!is_true(m->details, "progress") || call->second->receives_progress, heard.who,
                "hears a progressive RESULT that it has not asked for");
    }
  }

  void at_rest() override {
    for (const Life* life : ledger_.going_on()) {
      if (!life->is_present()) continue;
      require(life->calls.empty(), *life, "has a call that nobody answers");
      require(life->requests.empty(), *life, "has a request that nobody answers");
    }
  }

 private:
  void answers(const Spoken& heard, wamp::MessageType type, wamp::RequestId request) const {
    const bool waits = type == wamp::MessageType::call ? heard.who.calls.contains(request.value)
                                                       : heard.who.requests.contains({type, request.value});
    require(waits, heard.who,
            "hears an answer to " + std::string(wamp::name(type)) + " " + std::to_string(request.value) +
                ", which waits for none");
  }
};

}  // namespace simulation

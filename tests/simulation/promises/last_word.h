// Nothing is said in a session before WELCOME and nothing after its last word.
#pragma once

#include "tests/simulation/promise.h"

namespace simulation {

class LastWord final : public Promise {
 public:
  LastWord(const Ledger& ledger, Journal& journal) : Promise("LastWord", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    require(!heard.who.is_over, heard.who, "hears something after the last word");
    const bool is_welcome = heard.get<wamp::Welcome>();
    const bool opens = is_welcome || heard.get<wamp::Abort>();
    require(heard.who.session != 0 || opens, heard.who, "hears something before WELCOME");
    require(heard.who.session == 0 || !is_welcome, heard.who, "is welcomed twice");
  }
};

}  // namespace simulation

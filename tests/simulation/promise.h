// One promise that the router makes to its clients, checked on what they say and hear.
//
// A promise hears of a message before the ledger has written it down, so the ledger tells what was so until
// then. It knows nothing of the router's inside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/journal.h"
#include "tests/simulation/ledger.h"
#include "wamp/message.h"

namespace simulation {

// A message and the client that says or hears it.
struct Spoken {
  const Life& who;
  const wamp::Message& message;
  std::optional<Stamp> stamp;  // of its payload
  // Nothing was on its way to this client when it was said: what it hears from now on was decided later.
  bool nothing_is_on_its_way = false;

  template <class M>
  const M* get() const {
    return std::get_if<M>(&message);
  }
};

class Promise {
 public:
  // Both outlive it. `name`: as it stands in a journal.
  Promise(std::string_view name, const Ledger& ledger, Journal& journal)
      : ledger_(ledger), name_(name), journal_(journal) {}
  virtual ~Promise() = default;
  Promise(const Promise&) = delete;

  virtual void on_said(const Spoken&) {}
  virtual void on_heard(const Spoken&) {}
  // What the clients of the worker have said until now has reached all whom it concerns: the end of a read,
  // or of a turn.
  virtual void on_sent(uint32_t) {}
  // Its last word has been said, or its connection is gone.
  virtual void on_over(const Life&) {}
  // All goes on reading and has answered what it was asked; nobody has left since then.
  virtual void at_rest() {}

 protected:
  void require(bool holds, const Life& who, const std::string& what) const {
    if (holds) return;
    journal_.breach(name_, "client" + std::to_string(who.client) + " in session " +
                               std::to_string(who.number) + " " + what);
  }

  const Ledger& ledger_;

 private:
  const std::string_view name_;
  Journal& journal_;
};

}  // namespace simulation

// INVOCATIONs are numbered 1, 2, 3 and so on in each session; they go on counting in the next one on the same
// connection if the one before owed answers (perhaps to some that it has not heard, as it was leaving).
#pragma once

#include <map>
#include <string>

#include "tests/simulation/promise.h"

namespace simulation {

class InvocationIds final : public Promise {
 public:
  InvocationIds(const Ledger& ledger, Journal& journal) : Promise("InvocationIds", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    const auto* invocation = heard.get<wamp::Invocation>();
    if (!invocation) return;
    const uint64_t id = invocation->request.value;
    if (heard.stamp && heard.stamp->part > 0) return;  // StreamsAreWhole looks after these
    uint64_t& last = last_[heard.who.number];
    const bool is_first = last == 0;
    require(id == last + 1 || (is_first && id > last_of_all_[heard.who.connection]), heard.who,
            "hears INVOCATION " + std::to_string(id) + " behind " + std::to_string(last));
    last = last_of_all_[heard.who.connection] = id;
  }

 private:
  std::map<uint64_t, uint64_t> last_;         // by session
  std::map<uint64_t, uint64_t> last_of_all_;  // by connection
};

}  // namespace simulation

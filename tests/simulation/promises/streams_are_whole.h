// Progressive results and chunks of progressive calls come in order and without a gap, and all progressive
// results before the last one.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "tests/simulation/promise.h"

namespace simulation {

class StreamsAreWhole final : public Promise {
 public:
  StreamsAreWhole(const Ledger& ledger, Journal& journal) : Promise("StreamsAreWhole", ledger, journal) {}

  void on_heard(const Spoken& heard) override {
    if (!heard.stamp) return;
    if (const auto* m = heard.get<wamp::CallResult>()) on_result(heard, *m);
    if (const auto* m = heard.get<wamp::Invocation>()) on_chunk(heard, m->request.value);
  }

 private:
  struct Heard {
    uint64_t callee = 0, parts = 0;
  };

  void on_result(const Spoken& heard, const wamp::CallResult& result) {
    const auto call = heard.who.calls.find(result.request.value);
    if (call == heard.who.calls.end() || !call->second->receives_progress) return;
    Heard& before = results_[call->second->number];
    // Another one may have taken over, as the first has said that it is unavailable.
    if (before.callee != heard.stamp->life) before = {heard.stamp->life, 0};
    const bool is_part = is_true(result.details, "progress");
    if (is_part) ++before.parts;
    require(before.parts == heard.stamp->part, heard.who,
            "hears part " + std::to_string(heard.stamp->part) + " of a RESULT behind " +
                std::to_string(before.parts - is_part) + " others");
  }

  void on_chunk(const Spoken& heard, uint64_t invocation) {
    uint64_t& parts = chunks_[{heard.who.number, invocation}];
    require(parts == heard.stamp->part, heard.who,
            "hears chunk " + std::to_string(heard.stamp->part) + " of INVOCATION " +
                std::to_string(invocation) + " behind " + std::to_string(parts) + " others");
    ++parts;
  }

  std::map<uint64_t, Heard> results_;                         // by call
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> chunks_;  // by session and INVOCATION
};

}  // namespace simulation

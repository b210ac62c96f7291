// All promises that are checked.
#pragma once

#include <memory>
#include <vector>

#include "tests/simulation/promise.h"

namespace simulation {

class Promises {
 public:
  Promises(const Ledger& ledger, Journal& journal);

  void on_said(const Spoken& said) {
    for (const auto& promise : all_) promise->on_said(said);
  }
  void on_heard(const Spoken& heard) {
    for (const auto& promise : all_) promise->on_heard(heard);
  }
  void on_sent(uint32_t worker) {
    for (const auto& promise : all_) promise->on_sent(worker);
  }
  void on_over(const Life& life) {
    for (const auto& promise : all_) promise->on_over(life);
  }
  void at_rest() {
    for (const auto& promise : all_) promise->at_rest();
  }

 private:
  std::vector<std::unique_ptr<Promise>> all_;
};

}  // namespace simulation

// What a workload counts. Faults are counted over the whole run, the rest since the last restart().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/histogram.h"
#include "bench/load/printable.h"

namespace bench::load {

struct Tally {
  uint64_t operations = 0;
  Histogram latency;
  uint64_t errors = 0;  // requests answered with ERROR
  uint64_t wrong = 0;   // messages that are not the expected answer, or carry another payload
  std::string first_fault;

  void add_operation(uint64_t latency_ns) {
    ++operations;
    latency.add(latency_ns);
  }
  void add_error(std::string_view who, std::string_view message) {
    ++errors, keep(who, "was refused", message);
  }
  void add_wrong(std::string_view who, std::string_view message) {
    ++wrong, keep(who, "got a wrong message", message);
  }

  uint64_t faults() const { return errors + wrong; }

  void add(const Tally& other) {
    operations += other.operations;
    latency.add(other.latency);
    errors += other.errors;
    wrong += other.wrong;
    if (first_fault.empty()) first_fault = other.first_fault;
  }

  void restart() {
    operations = 0;
    latency = {};
  }

 private:
  void keep(std::string_view who, std::string_view what, std::string_view message);
};

inline void Tally::keep(std::string_view who, std::string_view what, std::string_view message) {
  if (first_fault.empty())
    first_fault = std::string(who).append(" ").append(what).append(": ") + printable(message);
}

}  // namespace bench::load

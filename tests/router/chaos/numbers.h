// Chance that a test has chosen.
#pragma once

#include <utility>
#include <vector>

#include "router/chaos/fate.h"

namespace router::chaos {

// These in their order; a test that asks for more fails.
inline Chance numbers(std::vector<double> all) {
  return [all = std::move(all), next = size_t{0}]() mutable { return all.at(next++); };
}

}  // namespace router::chaos

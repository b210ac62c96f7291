// All chance of one run: the same seed makes the same choices everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <random>

namespace simulation {

class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}

  uint64_t any() { return engine_(); }
  // From 0 to `bound` - 1.
  size_t below(size_t bound) { return static_cast<size_t>(engine_() % bound); }
  bool one_in(size_t times) { return below(times) == 0; }
  template <class Container>
  auto& of(Container&& all) {
    return *std::next(std::begin(all), static_cast<std::ptrdiff_t>(below(std::size(all))));
  }
  template <class Item>
  Item of(std::initializer_list<Item> all) {
    return *(all.begin() + below(all.size()));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace simulation

// Hashes of what clients choose: URIs, ids, names.
//
// Keyed by chance when the program starts, so that nobody can choose keys that meet in one place of a table.
// So they differ from run to run, and must neither be stored nor decide on an order that anybody sees. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace router {

// SipHash-2-4.
uint64_t seeded_hash(std::string_view text);

// An odd factor by chance, by which consecutive numbers are spread evenly. `chance` gives 64 bits.
uint64_t spreading_factor(const std::function<uint64_t()>& chance);

namespace detail {
extern const uint64_t number_key, number_factor, place_factor;  // the factors are odd
}  // namespace detail

// Some instructions. All bits of the result depend on all of the number.
inline uint64_t seeded_hash(uint64_t number) {
  uint64_t hash = (number ^ detail::number_key) * detail::number_factor;
  hash = (hash ^ (hash >> 32)) * detail::number_factor;
  return hash ^ (hash >> 32);
}

// For the tables that change with every call, a single one: the upper bits are the number's place. Of any
// numbers chosen without knowing the factor few meet ("multiply-shift hashing", Dietzfelbinger et al. 1997).
constexpr uint64_t seeded_place(uint64_t number, uint64_t factor) {
  return number * factor;
}
inline uint64_t seeded_place(uint64_t number) {
  return seeded_place(number, detail::place_factor);
}

}  // namespace router

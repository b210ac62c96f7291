// Hashes of what clients choose: URIs, ids, names.
//
// Keyed by chance when the program starts, so that nobody can choose keys that meet in one place of a table.
// So they differ from run to run, and must neither be stored nor decide on an order that anybody sees. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace router {

// SipHash-2-4.
uint64_t seeded_hash(std::string_view text);

namespace detail {
extern const uint64_t number_key, number_factor;  // the factor is odd
}  // namespace detail

// For the tables that change with every call: some instructions. All bits of the result depend on all of the
// number.
inline uint64_t seeded_hash(uint64_t number) {
  uint64_t hash = (number ^ detail::number_key) * detail::number_factor;
  hash = (hash ^ (hash >> 32)) * detail::number_factor;
  return hash ^ (hash >> 32);
}

}  // namespace router

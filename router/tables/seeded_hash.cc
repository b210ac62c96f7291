#include "router/tables/seeded_hash.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "router/base/id_source.h"

namespace router {
namespace {

// A multiple of it comes near to a multiple of 2^64 only for large numbers: numbers that differ by little do
// not meet. About every third factor is so.
bool spreads(uint64_t factor) {
  for (uint64_t difference = 1; difference <= 64; ++difference) {
    const uint64_t product = difference * factor;
    if (std::min(product, -product) < UINT64_MAX / 8 / difference) return false;
  }
  return true;
}

const crypto::SipHashKey text_key = {random_seed(), random_seed()};

}  // namespace

namespace detail {
const uint64_t number_key = random_seed(), number_factor = random_seed() | 1;
const uint64_t place_factor = spreading_factor(random_seed);
}  // namespace detail

uint64_t spreading_factor(const std::function<uint64_t()>& chance) {
  for (;;)
    if (const uint64_t factor = chance() | 1; spreads(factor)) return factor;
}

uint64_t seeded_hash(std::string_view text) {
  return crypto::sip_hash(text_key, text);
}

}  // namespace router

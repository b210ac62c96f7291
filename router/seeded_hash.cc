#include "router/seeded_hash.h"

#include "router/crypto/crypto.h"
#include "router/id_source.h"

namespace router {
namespace {

const crypto::SipHashKey text_key = {random_seed(), random_seed()};

}  // namespace

namespace detail {
const uint64_t number_key = random_seed(), number_factor = random_seed() | 1;
}  // namespace detail

uint64_t seeded_hash(std::string_view text) {
  return crypto::sip_hash(text_key, text);
}

}  // namespace router

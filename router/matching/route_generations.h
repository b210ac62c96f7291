// Numbers by which any thread sees, without a lock, whether what it has found for a URI may still be found.
//
// What is found is remembered together with a stamp, both taken under the lock of what is searched. Who
// changes that, under the same lock, says so first: before anybody is told of the change. So who was told, or
// heard of it from somebody who was, finds what is new. A number stands for many exact URIs, and one for all
// patterns. They have cache lines of their own, as all read them with each request.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "router/tables/seeded_hash.h"
#include "wamp/uri.h"

namespace router {

class alignas(64) RouteGenerations {
 public:
  struct Stamp {
    size_t stripe = 0;
    uint64_t exact = 0, patterns = 0;  // 0: of nothing
  };

  // Under the lock, before the change.
  void changing(std::string_view uri, wamp::MatchPolicy match) {
    std::atomic<uint64_t>& number = match == wamp::MatchPolicy::exact ? exact_[stripe_of(uri)] : patterns_;
    number.fetch_add(1, std::memory_order_release);
  }
  // Under the lock: of what is found for the URI now.
  Stamp stamp(std::string_view uri) const {
    const size_t stripe = stripe_of(uri);
    return {stripe, exact_[stripe].load(std::memory_order_acquire),
            patterns_.load(std::memory_order_acquire)};
  }
  // Any thread. True: what was found then would be found now.
  bool is_current(const Stamp& stamp) const {
    return exact_[stamp.stripe].load(std::memory_order_acquire) == stamp.exact &&
           patterns_.load(std::memory_order_acquire) == stamp.patterns;
  }

 private:
  static constexpr size_t stripes = 64;
  static size_t stripe_of(std::string_view uri) { return seeded_hash(uri) % stripes; }

  std::array<std::atomic<uint64_t>, stripes> exact_{};
  std::atomic<uint64_t> patterns_{1};  // so no stamp is like one of nothing
};

}  // namespace router

// The signed requests of one path that were served: each of them is good once, and its nonce is.
//
// Any thread. Bounded: with too many within their time no further one is taken.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "router/base/clock.h"
#include "router/base/mutex.h"

namespace router::http {

// What of a signed request is remembered. The signature, too, as what is signed has no borders: with a digit
// moved from the nonce to "seq" the same signature is right for another nonce.
struct Once {
  std::string signature;
  std::string nonce;
  WallTime until;  // when the request is too old, used or not
};

class Nonces {
 public:
  explicit Nonces(size_t most = 100'000) : most_(most) {}

  enum class Verdict : uint8_t { fresh, used, too_many };
  Verdict use(const Once& once, WallTime now);
  // The request was not served, so it may come again.
  void take_back(const Once& once);
  // In how long the next one is forgotten; a second at least.
  std::chrono::seconds until_room(WallTime now) const;
  size_t size() const;

 private:
  using ByTime = std::multimap<WallTime, Once>;

  void forget(ByTime::const_iterator entry) REQUIRES(mutex_);

  const size_t most_;
  mutable Mutex mutex_{"the nonces"};
  ByTime by_time_ GUARDED_BY(mutex_);
  // Of these; the texts are theirs.
  std::map<std::string_view, ByTime::const_iterator> by_signature_ GUARDED_BY(mutex_);
  std::set<std::string_view> nonces_ GUARDED_BY(mutex_);
};

}  // namespace router::http

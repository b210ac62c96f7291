// The signed requests of one path that were served, each of which is good once.
//
// Any thread. Bounded: with too many within their time no further one is taken.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "router/base/clock.h"
#include "router/base/mutex.h"

namespace router::http {

// What of a signed request is remembered. Who has not the secret cannot say the same in another request,
// however he moves the borders between what is signed; so the signature is all that it takes.
struct Once {
  std::string signature;
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
  const size_t most_;
  mutable Mutex mutex_{"the nonces"};
  std::map<std::string, WallTime> until_ GUARDED_BY(mutex_);
  std::set<std::pair<WallTime, const std::string*>> by_time_ GUARDED_BY(mutex_);  // the keys of `until_`
};

}  // namespace router::http

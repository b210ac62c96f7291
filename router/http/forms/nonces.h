// The nonces of signed requests, each of which is good once.
//
// Any thread. Bounded: with too many within their time no further one is taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "router/base/clock.h"
#include "router/base/mutex.h"

namespace router::http {

class Nonces {
 public:
  explicit Nonces(size_t most = 100'000) : most_(most) {}

  enum class Verdict : uint8_t { fresh, used, too_many };
  // `until`: when the request that has it is too old, nonce or not.
  Verdict use(const std::string& nonce, WallTime now, WallTime until);
  size_t size() const;

 private:
  const size_t most_;
  mutable Mutex mutex_{"the nonces"};
  std::map<std::string, WallTime> until_ GUARDED_BY(mutex_);
  std::set<std::pair<WallTime, std::string>> by_time_ GUARDED_BY(mutex_);
};

}  // namespace router::http

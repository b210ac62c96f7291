#include "router/http/forms/nonces.h"

#include <algorithm>

namespace router::http {
namespace {

constexpr int most_forgotten_at_once = 16;  // more than come in
// Threads do not all have the same time, and clocks are set back a little.
constexpr std::chrono::minutes remembered_longer{1};

}  // namespace

void Nonces::forget(ByTime::const_iterator entry) {
  by_signature_.erase(entry->second.signature);
  nonces_.erase(entry->second.nonce);
  by_time_.erase(entry);
}

Nonces::Verdict Nonces::use(const Once& once, WallTime now) {
  const Lock lock(mutex_);
  for (int i = 0;
       i < most_forgotten_at_once && !by_time_.empty() && by_time_.begin()->first + remembered_longer < now;
       ++i)
    forget(by_time_.begin());
  if (by_signature_.contains(once.signature) || nonces_.contains(once.nonce)) return Verdict::used;
  if (by_time_.size() >= most_) return Verdict::too_many;
  const auto entry = by_time_.emplace(once.until, once);
  try {
    by_signature_.emplace(entry->second.signature, entry);
    nonces_.insert(entry->second.nonce);
  } catch (...) {
    forget(entry);
    throw;
  }
  return Verdict::fresh;
}

void Nonces::take_back(const Once& once) {
  const Lock lock(mutex_);
  const auto found = by_signature_.find(once.signature);
  if (found != by_signature_.end()) forget(found->second);
}

std::chrono::seconds Nonces::until_room(WallTime now) const {
  constexpr std::chrono::seconds least{1};
  const Lock lock(mutex_);
  if (by_time_.empty()) return least;
  return std::max(least,
                  std::chrono::ceil<std::chrono::seconds>(by_time_.begin()->first + remembered_longer - now));
}

size_t Nonces::size() const {
  const Lock lock(mutex_);
  return by_time_.size();
}

}  // namespace router::http

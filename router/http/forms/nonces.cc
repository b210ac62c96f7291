#include "router/http/forms/nonces.h"

#include <algorithm>

namespace router::http {
namespace {

constexpr int most_forgotten_at_once = 16;  // more than come in
// Threads do not all have the same time, and clocks are set back a little.
constexpr std::chrono::minutes remembered_longer{1};

}  // namespace

Nonces::Verdict Nonces::use(const Once& once, WallTime now) {
  const Lock lock(mutex_);
  for (int i = 0;
       i < most_forgotten_at_once && !by_time_.empty() && by_time_.begin()->first + remembered_longer < now;
       ++i) {
    const std::string& oldest = *by_time_.begin()->second;
    by_time_.erase(by_time_.begin());
    until_.erase(until_.find(oldest));
  }
  if (until_.contains(once.signature)) return Verdict::used;
  if (until_.size() >= most_) return Verdict::too_many;
  const auto entry = until_.emplace(once.signature, once.until).first;
  try {
    by_time_.emplace(once.until, &entry->first);
  } catch (...) {
    until_.erase(entry);
    throw;
  }
  return Verdict::fresh;
}

void Nonces::take_back(const Once& once) {
  const Lock lock(mutex_);
  const auto entry = until_.find(once.signature);
  if (entry == until_.end()) return;
  by_time_.erase({entry->second, &entry->first});
  until_.erase(entry);
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
  return until_.size();
}

}  // namespace router::http

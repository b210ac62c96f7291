#include "router/http/forms/nonces.h"

#include <algorithm>

namespace router::http {
namespace {

constexpr int most_forgotten_at_once = 16;  // more than come in

}  // namespace

Nonces::Verdict Nonces::use(const Once& once, WallTime now) {
  const Lock lock(mutex_);
  for (int i = 0; i < most_forgotten_at_once && !by_time_.empty() && by_time_.begin()->first < now; ++i) {
    const std::string& oldest = *by_time_.begin()->second;
    by_time_.erase(by_time_.begin());
    until_.erase(until_.find(oldest));
  }
  if (until_.contains(once.signature)) return Verdict::used;
  if (until_.size() >= most_) return Verdict::too_many;
  const auto entry = until_.emplace(once.signature, once.until).first;
  by_time_.emplace(once.until, &entry->first);
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
  return std::max(least, std::chrono::ceil<std::chrono::seconds>(by_time_.begin()->first - now));
}

size_t Nonces::size() const {
  const Lock lock(mutex_);
  return until_.size();
}

}  // namespace router::http

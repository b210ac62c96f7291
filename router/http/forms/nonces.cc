#include "router/http/forms/nonces.h"

namespace router::http {
namespace {

constexpr int most_forgotten_at_once = 16;  // more than come in

}  // namespace

Nonces::Verdict Nonces::use(const std::string& nonce, WallTime now, WallTime until) {
  const Lock lock(mutex_);
  for (int i = 0; i < most_forgotten_at_once && !by_time_.empty() && by_time_.begin()->first < now; ++i) {
    until_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
  if (until_.contains(nonce)) return Verdict::used;
  if (until_.size() >= most_) return Verdict::too_many;
  until_.emplace(nonce, until);
  by_time_.emplace(until, nonce);
  return Verdict::fresh;
}

size_t Nonces::size() const {
  const Lock lock(mutex_);
  return until_.size();
}

}  // namespace router::http

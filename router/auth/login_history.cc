#include "router/auth/login_history.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "transport/socket/address.h"

namespace router::auth {
namespace {

using std::chrono::milliseconds;

constexpr auto first_delay = milliseconds(250);
constexpr uint32_t failures_without_delay = 2;
// What one customer may have of IPv6: so many bits are one place, from which an authid fails or is known.
constexpr unsigned ipv6_place_bits = 48;
constexpr size_t digest_size = 16;

uint32_t times(uint32_t limit, uint32_t factor) {
  return static_cast<uint32_t>(std::min<uint64_t>(uint64_t{limit} * factor, UINT32_MAX));
}

}  // namespace

std::string LoginHistory::fresh_key() {
  return crypto::random_bytes(crypto::sha256_size);
}

std::string LoginHistory::digest(std::string_view kind, std::string_view authid,
                                 std::string_view where) const {
  std::string text = std::string(kind) + " " + std::to_string(authid.size()) + " ";
  text.append(authid).append(where);
  return crypto::hmac_sha256(key_, text).substr(0, digest_size);
}

LoginHistory::Keys LoginHistory::keys_of(const LoginAttempt& attempt) const {
  const std::string network = transport::network_of(attempt.address);
  Keys keys;
  keys.place = digest("place", attempt.authid, transport::network_of(attempt.address, ipv6_place_bits));
  keys.pair = attempt.cookie ? digest("cookie", attempt.authid, attempt.cookie->digest) : keys.place;
  keys.authid = digest("authid", attempt.authid, "");
  if (!network.empty()) keys.address = digest("address", "", network);
  return keys;
}

bool LoginHistory::is_known(const LoginAttempt& attempt, const Keys& keys, SteadyTime now) const {
  const SteadyTime* login = logins_.find(keys.place);
  return attempt.cookie || (login && now - *login < known_for);
}

uint32_t LoginHistory::failures_of(const std::string& key, const Bound& bound, SteadyTime now) const {
  const Failures* found = failures_.find(key);
  if (!found) return 0;
  const SteadyTime since = found->count < bound.failures ? found->first : found->last;
  return since + bound.lockout <= now ? 0 : found->count;
}

bool LoginHistory::locked_out(const LoginAttempt& attempt, const config::TransportLimits& limits,
                              SteadyTime now) {
  const Keys keys = keys_of(attempt);
  const milliseconds lockout(limits.lockout_ms);
  const uint32_t per_authid = limits.failed_logins_per_authid, per_address = limits.failed_logins_per_address;
  const Lock lock(mutex_);
  const uint32_t own = failures_of(keys.pair, {per_authid, lockout}, now);
  if (is_known(attempt, keys, now)) return own >= times(per_authid, patience);
  const uint32_t of_authid = failures_of(keys.authid, {times(per_authid, patience), lockout}, now);
  const uint32_t of_address =
      keys.address.empty() ? 0 : failures_of(keys.address, {per_address, lockout}, now);
  return own >= per_authid || of_authid >= times(per_authid, patience) ||
         of_address >= times(per_address, patience) || (of_address >= per_address && own > 0);
}

milliseconds LoginHistory::fail(const LoginAttempt& attempt, const config::TransportLimits& limits,
                                SteadyTime now) {
  const Keys keys = keys_of(attempt);
  const milliseconds lockout(limits.lockout_ms), longest(limits.max_login_delay_ms);
  const uint32_t per_authid = limits.failed_logins_per_authid, per_address = limits.failed_logins_per_address;
  const Lock lock(mutex_);
  const uint32_t own = count(keys.pair, {per_authid, lockout}, now);
  if (!is_known(attempt, keys, now)) count(keys.authid, {times(per_authid, patience), lockout}, now);
  const bool is_of_many =
      !keys.address.empty() && count(keys.address, {per_address, lockout}, now) > per_address;
  if (is_of_many) return longest;
  if (own <= failures_without_delay) return milliseconds(0);
  const uint32_t doublings = std::min(own - failures_without_delay - 1, uint32_t{8});
  return std::min(first_delay * (1 << doublings), longest);
}

uint32_t LoginHistory::count(const std::string& key, const Bound& bound, SteadyTime now) {
  const uint32_t before = failures_of(key, bound, now);
  Failures& failures = failures_.touch(key);
  if (before == 0) failures.first = now;
  failures.last = now;
  return failures.count = before + 1;
}

void LoginHistory::succeed(const LoginAttempt& attempt, SteadyTime now) {
  const Keys keys = keys_of(attempt);
  const Lock lock(mutex_);
  failures_.erase(keys.pair);
  logins_.touch(keys.place) = now;
}

size_t LoginHistory::size() {
  const Lock lock(mutex_);
  return failures_.size() + logins_.size();
}

}  // namespace router::auth

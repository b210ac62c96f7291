#include "router/auth/failed_logins.h"

#include <algorithm>
#include <iterator>

#include "transport/address.h"

namespace router::auth {
namespace {

constexpr auto first_delay = std::chrono::milliseconds(250);
constexpr uint32_t failures_without_delay = 2;

std::string authid_key(const std::string& authid) {
  return "authid " + authid;
}

// The first four groups of an IPv6 address; those that a client has at its will count as one.
std::string ipv6_network(const std::string& host) {
  size_t end = 0;
  for (int groups = 0; groups < 4 && end != std::string::npos; ++groups)
    end = host.find(':', end == 0 ? 0 : end + 1);
  return host.substr(0, end);
}

// Empty: an address that says nothing, as that of a Unix domain socket.
std::string address_key(const std::string& address) {
  const std::string host(transport::host_of(address));
  if (host == "unix") return "";
  return "address " + (host.find(':') == host.npos ? host : ipv6_network(host));
}

}  // namespace

uint32_t FailedLogins::failures_of(const std::string& key, const config::TransportLimits& limits,
                                   SteadyTime now) {
  const auto found = index_.find(key);
  if (found == index_.end() || found->second->last + std::chrono::milliseconds(limits.lockout_ms) <= now)
    return 0;
  return found->second->failures;
}

bool FailedLogins::locked_out(const std::string& authid, const std::string& address,
                              const config::TransportLimits& limits, SteadyTime now) {
  const std::string by_address = address_key(address);
  const std::lock_guard lock(mutex_);
  return (!authid.empty() &&
          failures_of(authid_key(authid), limits, now) >= limits.failed_logins_per_authid) ||
         (!by_address.empty() && failures_of(by_address, limits, now) >= limits.failed_logins_per_address);
}

std::chrono::milliseconds FailedLogins::add(const std::string& authid, const std::string& address,
                                            const config::TransportLimits& limits, SteadyTime now) {
  const std::string by_address = address_key(address);
  const std::lock_guard lock(mutex_);
  uint32_t failures = authid.empty() ? 0 : count(authid_key(authid), limits, now);
  if (!by_address.empty()) failures = std::max(failures, count(by_address, limits, now));
  using std::chrono::milliseconds;
  if (failures <= failures_without_delay) return milliseconds(0);
  const uint32_t doublings = std::min(failures - failures_without_delay - 1, uint32_t{8});
  return std::min(first_delay * (1 << doublings), milliseconds(limits.max_login_delay_ms));
}

uint32_t FailedLogins::count(const std::string& key, const config::TransportLimits& limits, SteadyTime now) {
  const uint32_t failures = failures_of(key, limits, now) + 1;
  if (const auto found = index_.find(key); found != index_.end())
    entries_.splice(entries_.begin(), entries_, found->second);
  else
    index_.emplace(key, entries_.insert(entries_.begin(), Entry{key, 0, now}));
  entries_.front().failures = failures;
  entries_.front().last = now;
  if (entries_.size() > max_entries_) {
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return failures;
}

void FailedLogins::forgive(const std::string& authid) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(authid_key(authid));
  if (found == index_.end()) return;
  entries_.erase(found->second);
  index_.erase(found);
}

size_t FailedLogins::size() {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace router::auth

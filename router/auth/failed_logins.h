// Who has tried wrong secrets, and how long to wait: against guessing.
//
// One for the whole server; any thread. Bounded: what is oldest is forgotten first. Counts what was claimed,
// whether that authid exists or not, so it tells nobody which do.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "router/clock.h"
#include "router/config/config.h"

namespace router::auth {

class FailedLogins {
 public:
  explicit FailedLogins(size_t max_entries = 100000) : max_entries_(max_entries) {}

  // Whether somebody of that authid or that address must not even try now. `address`: "192.0.2.1:4242"; the
  // port does not count, nor what is behind the first 64 bits of an IPv6 address.
  bool locked_out(const std::string& authid, const std::string& address,
                  const config::TransportLimits& limits, SteadyTime now);
  // Counts a failure; returns how long the answer to it should be held back.
  std::chrono::milliseconds add(const std::string& authid, const std::string& address,
                                const config::TransportLimits& limits, SteadyTime now);
  // The authid's failures count no more; the address's do, as who guesses may have an account of his own.
  void forgive(const std::string& authid);

  size_t size();

 private:
  struct Entry {
    std::string key;
    uint32_t failures = 0;
    SteadyTime last;
  };
  using Entries = std::list<Entry>;  // the most recent failure first

  uint32_t failures_of(const std::string& key, const config::TransportLimits& limits, SteadyTime now);
  uint32_t count(const std::string& key, const config::TransportLimits& limits, SteadyTime now);

  const size_t max_entries_;
  std::mutex mutex_;  // guards all below
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> index_;
};

}  // namespace router::auth

// Who has logged in from where, and who has failed: against guessing, and against those who fail in order to
// lock others out (docs/authentication.md, "Against guessing").
//
// One for the whole server; any thread; time is passed in. Bounded: what is oldest is forgotten first. Keeps
// no authid, address or secret, only digests. Counts what was claimed, whether that authid exists or not.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "router/auth/proofs/applicant.h"
#include "router/auth/recent_table.h"
#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/config/config.h"

namespace router::auth {

// Somebody who says that he is `authid`.
struct LoginAttempt {
  std::string authid;
  std::string address;             // "192.0.2.1:4242"
  std::optional<CookieId> cookie;  // with which somebody has logged in as this authid before
};

class LoginHistory {
 public:
  // An authid may fail so many times more often in all, and from where it is known, than from one place; an
  // address so many times more often before it is locked for authids that have not failed there.
  static constexpr uint32_t patience = 10;
  static constexpr std::chrono::hours known_for{30 * 24};

  explicit LoginHistory(size_t max_entries = 100000) : failures_(max_entries), logins_(max_entries) {}

  // Whether this one must not even try now.
  bool locked_out(const LoginAttempt& attempt, const config::TransportLimits& limits, SteadyTime now);
  // Counts a failure; returns how long the answer to it should be held back.
  std::chrono::milliseconds fail(const LoginAttempt& attempt, const config::TransportLimits& limits,
                                 SteadyTime now);
  void succeed(const LoginAttempt& attempt, SteadyTime now);

  // Entries of both kinds.
  size_t size();

 private:
  struct Failures {
    uint32_t count = 0;
    SteadyTime first, last;
  };
  // What an attempt counts for.
  struct Keys {
    std::string pair;     // the authid, and the place or the cookie
    std::string place;    // the authid and the place
    std::string authid;   // wherever it comes from
    std::string address;  // whomever it claims to be; empty: it says nothing, as that of a Unix domain socket
  };
  // After so many failures a key is locked, for lockout_ms from the last one; until then they are forgotten
  // lockout_ms after the first.
  struct Bound {
    uint32_t failures;
    std::chrono::milliseconds lockout;
  };

  Keys keys_of(const LoginAttempt& attempt) const;
  std::string digest(std::string_view kind, std::string_view authid, std::string_view where) const;
  bool is_known(const LoginAttempt& attempt, const Keys& keys, SteadyTime now) const REQUIRES(mutex_);
  uint32_t failures_of(const std::string& key, const Bound& bound, SteadyTime now) const REQUIRES(mutex_);
  uint32_t count(const std::string& key, const Bound& bound, SteadyTime now) REQUIRES(mutex_);

  const std::string key_ = fresh_key();  // behind the digests
  static std::string fresh_key();
  Mutex mutex_{"the history of logins"};
  RecentTable<Failures> failures_ GUARDED_BY(mutex_);
  RecentTable<SteadyTime> logins_ GUARDED_BY(mutex_);  // by Keys::place
};

}  // namespace router::auth

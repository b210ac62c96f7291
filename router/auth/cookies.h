// The cookies of a transport's clients, and who they were when they last proved it ("cookie" tracking).
//
// One for a transport; any thread. Bounded: the oldest are forgotten first. In memory only: a restart forgets
// them.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "router/auth/applicant.h"
#include "router/clock.h"
#include "router/config/authentication.h"

namespace router::auth {

class Cookies {
 public:
  explicit Cookies(const config::CookieTracking& rules) : rules_(rules) {}

  // The value of our cookie in a request's Cookie header, if it is one of those given out and not too old.
  std::optional<std::string> find(std::string_view header, SteadyTime now);
  // A fresh one.
  std::string add(SteadyTime now);
  // For the Set-Cookie header.
  std::string header(const std::string& cookie, bool secure) const;

  std::optional<Remembered> remembered(const std::string& cookie);
  void remember(const std::string& cookie, Remembered who);
  // It proves nothing any more: its owner has logged out, or was thrown out.
  void forget(const std::string& cookie);

  size_t size();

 private:
  struct Entry {
    std::string cookie;
    SteadyTime made;
    std::optional<Remembered> who;
  };
  const config::CookieTracking rules_;
  std::mutex mutex_;          // guards all below
  std::list<Entry> entries_;  // the oldest first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
};

}  // namespace router::auth

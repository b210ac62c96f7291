// The cookies of a transport's clients, and who they were when they last proved it ("cookie" tracking).
//
// One for a transport; any thread. Nothing is kept of a cookie that is handed out: it is known again by its
// signature. Only who logs in with one takes a place here, so nobody else can push others out. Bounded, for
// all and for each authid: the oldest logins are forgotten first. In memory only: a restart forgets them.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "router/auth/proofs/applicant.h"
#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/config/authentication.h"

namespace router::auth {

class Cookies {
 public:
  explicit Cookies(const config::CookieTracking& rules);

  // The cookie itself is for the client alone: whoever has it is whoever logs in with it.
  struct Fresh {
    std::string cookie;
    CookieId id;
  };
  Fresh issue() const;
  // Of our cookie in a request's Cookie header, if it is one that was given out.
  std::optional<CookieId> find(std::string_view header) const;
  // The request's Cookie header without ours.
  std::string others(std::string_view header) const;
  // For the Set-Cookie header.
  std::string header(const std::string& cookie, bool over_tls) const;

  std::optional<Remembered> remembered(const CookieId& id, SteadyTime now);
  void remember(const CookieId& id, Remembered who, SteadyTime now);
  // It proves nothing any more: its owner has logged out, or was thrown out.
  void forget(const CookieId& id);

  size_t size();

 private:
  struct Entry;
  using Entries = std::list<Entry>;
  using Person = std::pair<std::string, std::string>;  // realm and authid
  struct Entry {
    std::string digest;  // of its CookieId
    SteadyTime since;
    Remembered who;
    std::list<Entries::iterator>::iterator among_own;  // of its person
  };
  static Person person(const Remembered& who) { return {who.realm, who.authid}; }
  std::string signature(std::string_view chance) const;
  CookieId id_of(std::string_view cookie) const;
  void erase(Entries::iterator entry) REQUIRES(mutex_);

  const config::CookieTracking rules_;
  const std::string key_;  // behind signatures and ids; of this object only
  Mutex mutex_{"the cookies"};
  Entries entries_ GUARDED_BY(mutex_);                                           // the oldest login first
  std::map<std::string, Entries::iterator> index_ GUARDED_BY(mutex_);            // by digest
  std::map<Person, std::list<Entries::iterator>> by_person_ GUARDED_BY(mutex_);  // the oldest login first
};

}  // namespace router::auth

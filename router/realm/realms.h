// The realms by name: those of the configuration, and those made of its templates when somebody joins them.
//
// Any thread may look them up; prepare() and commit() are the main thread's. A session holds its realm, so
// one that is removed lives on until its last session has left.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/mutex.h"
#include "router/config/config.h"
#include "router/realm/realm.h"

namespace router {

class Realms {
 public:
  // Makes a realm that serves; throws std::runtime_error if its store cannot be opened.
  using Make = std::function<std::shared_ptr<Realm>(const config::Realm&)>;

  explicit Realms(Make make) : make_(std::move(make)) {}

  // True if there is such a realm, or a template that one would be made of.
  bool has(std::string_view name) const;
  // True if that one has no such role.
  bool lacks_role(std::string_view name, std::string_view role) const;
  // Whether a role of any realm has a dynamic authorizer.
  bool have_authorizers() const;
  // Null: there is none yet.
  std::shared_ptr<Realm> find(std::string_view name) const;
  // The same, made of its template if there is none yet. Null: there is no such realm, its template has made
  // as many as it may, or making it failed, which is logged.
  std::shared_ptr<Realm> find_or_create(std::string_view name) const;
  std::vector<std::shared_ptr<Realm>> all() const;
  struct Listed {
    std::vector<std::shared_ptr<Realm>> configured;  // by name
    std::vector<std::shared_ptr<Realm>> others;      // made of templates, or removed and still in use
    RealmTotals gone;                                // what those have counted that are no more
  };
  Listed listed() const;

  struct Prepared {
    std::vector<config::Realm> configured;
    std::vector<std::shared_ptr<Realm>> fresh;  // those that there were not
  };
  // Makes what is new and changes nothing; throws as `make` does.
  Prepared prepare(const std::vector<config::Realm>& configured) const;
  // From now on these are the realms. Returns what cannot change while the program runs.
  std::vector<std::string> commit(Prepared prepared);

  // Lets go of removed realms that nobody is in any more, and of made ones that have been empty for long.
  void sweep(SteadyTime now);

  // Writes what is still to be stored.
  void close();

 private:
  struct Entry {
    std::shared_ptr<Realm> realm;
    std::string pattern = {};                    // of the template that it is made of; empty: none
    std::optional<SteadyTime> empty_since = {};  // a made one's, as sweep() has seen it
  };
  using Table = std::map<std::string, Entry, std::less<>>;

  // Makes it, or takes the one that is removed but still in use.
  std::shared_ptr<Realm> make(std::string_view name, const config::Realm& pattern) const;
  // The template has made as many as it may. Takes out of the table the one that has been empty for longest,
  // if there is one that may go; what it keeps in memory is lost.
  std::shared_ptr<Realm> make_room(const config::Realm& pattern) const REQUIRES(mutex_);
  // One of those that are removed but still have sessions; null: it is none of them.
  std::shared_ptr<Realm> find_removed(std::string_view name) const;
  void forget_removed(const Realm& realm) const REQUIRES(mutex_);
  // How long an empty one stays; 0: for ever.
  static uint64_t patience_ms(const Entry& entry, const config::Realm& pattern);
  bool may_go(Entry& entry, SteadyTime now) const REQUIRES(mutex_);

  const Make make_;
  // Of who makes realms, which takes its time, or changes what they are made of; locked before the other one.
  mutable transport::Mutex making_;
  mutable SharedMutex mutex_{"the table of realms"};
  using Configured = std::vector<config::Realm>;
  // Another one takes its place when they are others: who has looked something up in it goes on with that.
  std::shared_ptr<const Configured> configured_ GUARDED_BY(mutex_) = std::make_shared<const Configured>();
  bool have_authorizers_ GUARDED_BY(mutex_) = false;  // those
  // The table is constant for those who look up a name: that its realm is made on the way, and that another
  // one gives way, is not their affair.
  mutable Table realms_ GUARDED_BY(mutex_);
  mutable std::vector<std::shared_ptr<Realm>> removed_ GUARDED_BY(mutex_);
  mutable RealmTotals gone_ GUARDED_BY(mutex_);
};

}  // namespace router

#include "router/realm/realms.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <thread>

#include "router/base/log.h"
#include "router/config/realm_pattern.h"

namespace router {
namespace {

bool has_authorizer(const config::Realm& realm) {
  return std::any_of(realm.roles.begin(), realm.roles.end(),
                     [](const config::Role& role) { return role.authorizer.has_value(); });
}

}  // namespace

bool Realms::has(std::string_view name) const {
  const ReadLock lock(mutex_);
  return realms_.contains(name) || config::find_realm(*configured_, name);
}

bool Realms::lacks_role(std::string_view name, std::string_view role) const {
  const ReadLock lock(mutex_);
  const config::Realm* realm = config::find_realm(*configured_, name);
  return realm && std::none_of(realm->roles.begin(), realm->roles.end(),
                               [role](const config::Role& known) { return known.name == role; });
}

bool Realms::have_authorizers() const {
  const ReadLock lock(mutex_);
  return have_authorizers_;
}

std::shared_ptr<Realm> Realms::find(std::string_view name) const {
  const ReadLock lock(mutex_);
  const auto found = realms_.find(name);
  return found == realms_.end() ? nullptr : found->second.realm;
}

std::shared_ptr<Realm> Realms::find_or_create(std::string_view name) const {
  if (auto found = find(name)) return found;
  const Lock making(making_);
  if (auto found = find(name)) return found;
  std::shared_ptr<Realm> gone;  // it ends without the lock
  std::shared_ptr<const Configured> configured;
  const config::Realm* pattern = nullptr;
  {
    const Lock lock(mutex_);
    configured = configured_;
    pattern = config::find_realm(*configured_, name);
    if (!pattern) return nullptr;
    const auto made = std::count_if(realms_.begin(), realms_.end(),
                                    [&](const auto& entry) { return entry.second.pattern == pattern->name; });
    if (static_cast<size_t>(made) >= pattern->made_on_demand.max_realms && !(gone = make_room(*pattern))) {
      log::warning("realm \"" + std::string(name) + "\" is not made: there are " + std::to_string(made) +
                   " of \"" + pattern->name + "\" already");
      return nullptr;
    }
  }
  auto realm = make(name, *pattern);
  if (!realm) return nullptr;
  const Lock lock(mutex_);
  forget_removed(*realm);
  return realms_.emplace(name, Entry{std::move(realm), pattern->name}).first->second.realm;
}

// Realms on disk stay: who makes and leaves them one after the other would fill the disk.
std::shared_ptr<Realm> Realms::make_room(const config::Realm& pattern) const {
  if (pattern.store.type != config::Store::Type::memory) return nullptr;
  auto longest = realms_.end();
  for (auto at = realms_.begin(); at != realms_.end(); ++at) {
    const Entry& entry = at->second;
    if (entry.pattern != pattern.name || !entry.empty_since || entry.realm.use_count() > 1 ||
        entry.realm->has_work_left())
      continue;
    if (longest != realms_.end() && *longest->second.empty_since <= *entry.empty_since) continue;
    if (patience_ms(entry, pattern) > 0) longest = at;
  }
  if (longest == realms_.end()) return nullptr;
  log::info("realm \"" + longest->first + "\" removed: it was empty, and another one is wanted");
  std::shared_ptr<Realm> gone = std::move(longest->second.realm);
  realms_.erase(longest);
  gone_.add(*gone);
  return gone;
}

std::shared_ptr<Realm> Realms::make(std::string_view name, const config::Realm& pattern) const {
  try {
    const config::Realm made = config::made_of(pattern, std::string(name));
    auto realm = find_removed(name);
    if (realm)
      realm->configure(made);
    else
      realm = make_(made);
    log::info("realm \"" + std::string(name) + "\" made of template \"" + pattern.name + "\"");
    return realm;
  } catch (const std::exception& error) {
    log::error("realm \"" + std::string(name) + "\" is not made: " + error.what());
    return nullptr;
  }
}

std::shared_ptr<Realm> Realms::find_removed(std::string_view name) const {
  const ReadLock lock(mutex_);
  const auto found = std::find_if(removed_.begin(), removed_.end(),
                                  [&](const auto& realm) { return realm->name() == name; });
  return found == removed_.end() ? nullptr : *found;
}

void Realms::forget_removed(const Realm& realm) const {
  std::erase_if(removed_, [&](const auto& other) { return other->name() == realm.name(); });
}

std::vector<std::shared_ptr<Realm>> Realms::all() const {
  const ReadLock lock(mutex_);
  std::vector<std::shared_ptr<Realm>> all = removed_;
  for (const auto& [name, entry] : realms_) all.push_back(entry.realm);
  return all;
}

Realms::Listed Realms::listed() const {
  const ReadLock lock(mutex_);
  Listed listed{{}, removed_, gone_};
  for (const auto& [name, entry] : realms_)
    (entry.pattern.empty() ? listed.configured : listed.others).push_back(entry.realm);
  return listed;
}

Realms::Prepared Realms::prepare(const std::vector<config::Realm>& configured) const {
  Prepared prepared{configured, {}};
  for (const config::Realm& realm : configured) {
    if (realm.is_template()) continue;
    // A worker on which somebody logs in may be waiting to make another one.
    std::this_thread::yield();
    const Lock making(making_);
    if (find(realm.name)) continue;
    const auto all_realms = all();
    const auto removed = std::find_if(all_realms.begin(), all_realms.end(),
                                      [&](const auto& other) { return other->name() == realm.name; });
    prepared.fresh.push_back(removed == all_realms.end() ? make_(realm) : *removed);
  }
  return prepared;
}

std::vector<std::string> Realms::commit(Prepared prepared) {
  const Lock making(making_);
  const auto configured = std::make_shared<const Configured>(std::move(prepared.configured));
  std::vector<std::shared_ptr<Realm>> kept;
  {
    const Lock lock(mutex_);
    configured_ = configured;
    have_authorizers_ = std::any_of(configured->begin(), configured->end(), has_authorizer);
    for (std::shared_ptr<Realm>& realm : prepared.fresh) {
      forget_removed(*realm);
      // A template may have made one of that name in the meantime.
      const std::string name = realm->name();
      realms_.try_emplace(name, Entry{std::move(realm)});
    }
    for (auto at = realms_.begin(); at != realms_.end();) {
      auto& [name, entry] = *at;
      const config::Realm* now = config::find_realm(*configured, name);
      if (!now) {
        removed_.push_back(std::move(entry.realm));
        at = realms_.erase(at);
        continue;
      }
      entry.pattern = now->is_template() ? now->name : "";
      kept.push_back(entry.realm);
      ++at;
    }
  }
  std::vector<std::string> unchanged;
  for (const auto& realm : kept) {
    const std::string& name = realm->name();
    for (const std::string& what :
         realm->configure(config::made_of(*config::find_realm(*configured, name), name)))
      unchanged.push_back("realm \"" + name + "\": " + what);
  }
  return unchanged;
}

uint64_t Realms::patience_ms(const Entry& entry, const config::Realm& pattern) {
  return entry.realm->keeps_events() ? pattern.made_on_demand.kept_ms : pattern.made_on_demand.idle_ms;
}

// As long as nobody else holds the realm, and only a lookup can give it away, nobody is in it or about to
// join.
bool Realms::may_go(Entry& entry, SteadyTime now) const {
  const config::Realm* pattern = config::find_realm(*configured_, entry.realm->name());
  if (!pattern || entry.pattern.empty() || entry.realm.use_count() > 1) {
    entry.empty_since.reset();
    return false;
  }
  if (!entry.empty_since) entry.empty_since = now;
  const uint64_t patience = patience_ms(entry, *pattern);
  return patience > 0 && now - *entry.empty_since >= std::chrono::milliseconds(patience);
}

// Nobody makes a realm anew whose file is still being closed, and no worker waits here while a file is read.
void Realms::sweep(SteadyTime now) {
  if (!making_.try_lock()) return;
  const Lock making(making_, std::adopt_lock);
  std::vector<std::shared_ptr<Realm>> empty, unused;  // they end without the lock of the table
  {
    const Lock lock(mutex_);
    for (auto at = realms_.begin(); at != realms_.end();) {
      if (!may_go(at->second, now)) {
        ++at;
        continue;
      }
      empty.push_back(std::move(at->second.realm));
      at = realms_.erase(at);
    }
    const auto first = std::partition(
        removed_.begin(), removed_.end(),
        [](const std::shared_ptr<Realm>& realm) { return realm.use_count() > 1 || realm->has_work_left(); });
    std::move(first, removed_.end(), std::back_inserter(unused));
    removed_.erase(first, removed_.end());
    for (const auto* gone : {&empty, &unused})
      for (const auto& realm : *gone) gone_.add(*realm);
  }
  for (const auto& realm : empty) log::info("realm \"" + realm->name() + "\" removed: it was empty");
}

void Realms::close() {
  for (const auto& realm : all()) realm->close();
}

}  // namespace router

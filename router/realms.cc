#include "router/realms.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "router/config/realm_pattern.h"
#include "router/log.h"

namespace router {

bool Realms::has(std::string_view name) const {
  const ReadLock lock(mutex_);
  return realms_.contains(name) || config::find_realm(configured_, name);
}

std::shared_ptr<Realm> Realms::find(std::string_view name) const {
  const ReadLock lock(mutex_);
  const auto found = realms_.find(name);
  return found == realms_.end() ? nullptr : found->second.realm;
}

std::shared_ptr<Realm> Realms::find_or_create(std::string_view name) const {
  if (auto found = find(name)) return found;
  std::shared_ptr<Realm> gone;  // it ends without the lock
  const Lock lock(mutex_);
  if (const auto found = realms_.find(name); found != realms_.end()) return found->second.realm;
  const config::Realm* pattern = config::find_realm(configured_, name);
  if (!pattern) return nullptr;
  const auto made = std::count_if(realms_.begin(), realms_.end(),
                                  [&](const auto& entry) { return entry.second.pattern == pattern->name; });
  if (static_cast<size_t>(made) >= pattern->made_on_demand.max_realms && !(gone = make_room(*pattern))) {
    log::warning("realm \"" + std::string(name) + "\" is not made: there are " + std::to_string(made) +
                 " of \"" + pattern->name + "\" already");
    return nullptr;
  }
  return create(std::string(name), *pattern);
}

// Realms on disk stay: who makes and leaves them one after the other would fill the disk.
std::shared_ptr<Realm> Realms::make_room(const config::Realm& pattern) const {
  if (pattern.store.type != config::Store::Type::memory) return nullptr;
  auto longest = realms_.end();
  for (auto at = realms_.begin(); at != realms_.end(); ++at) {
    const Entry& entry = at->second;
    if (entry.pattern != pattern.name || !entry.empty_since || entry.realm.use_count() > 1) continue;
    if (longest != realms_.end() && *longest->second.empty_since <= *entry.empty_since) continue;
    if (patience_ms(entry, pattern) > 0) longest = at;
  }
  if (longest == realms_.end()) return nullptr;
  log::info("realm \"" + longest->first + "\" removed: it was empty, and another one is wanted");
  std::shared_ptr<Realm> gone = std::move(longest->second.realm);
  realms_.erase(longest);
  gone_.add(gone->counters());
  return gone;
}

std::shared_ptr<Realm> Realms::create(const std::string& name, const config::Realm& pattern) const {
  try {
    const config::Realm made = config::made_of(pattern, name);
    auto realm = take_removed(name);
    if (realm)
      realm->configure(made);
    else
      realm = make_(made);
    log::info("realm \"" + name + "\" made of template \"" + pattern.name + "\"");
    return realms_.emplace(name, Entry{std::move(realm), pattern.name}).first->second.realm;
  } catch (const std::exception& error) {
    log::error("realm \"" + name + "\" is not made: " + error.what());
    return nullptr;
  }
}

std::shared_ptr<Realm> Realms::take_removed(std::string_view name) const {
  const auto found = std::find_if(removed_.begin(), removed_.end(),
                                  [&](const auto& realm) { return realm->name() == name; });
  if (found == removed_.end()) return nullptr;
  std::shared_ptr<Realm> realm = std::move(*found);
  removed_.erase(found);
  return realm;
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
    if (realm.is_template() || find(realm.name)) continue;
    const auto all_realms = all();
    const auto removed = std::find_if(all_realms.begin(), all_realms.end(),
                                      [&](const auto& other) { return other->name() == realm.name; });
    prepared.fresh.push_back(removed == all_realms.end() ? make_(realm) : *removed);
  }
  return prepared;
}

std::vector<std::string> Realms::commit(Prepared prepared) {
  const Lock lock(mutex_);
  configured_ = std::move(prepared.configured);
  for (std::shared_ptr<Realm>& realm : prepared.fresh) {
    take_removed(realm->name());
    // A template may have made one of that name in the meantime.
    const std::string name = realm->name();
    realms_.try_emplace(name, Entry{std::move(realm)});
  }
  std::vector<std::string> unchanged;
  for (auto at = realms_.begin(); at != realms_.end();) {
    auto& [name, entry] = *at;
    const config::Realm* now = config::find_realm(configured_, name);
    if (!now) {
      removed_.push_back(std::move(entry.realm));
      at = realms_.erase(at);
      continue;
    }
    entry.pattern = now->is_template() ? now->name : "";
    for (const std::string& what : entry.realm->configure(config::made_of(*now, name)))
      unchanged.push_back("realm \"" + name + "\": " + what);
    ++at;
  }
  return unchanged;
}

uint64_t Realms::patience_ms(const Entry& entry, const config::Realm& pattern) {
  return entry.realm->keeps_events() ? pattern.made_on_demand.kept_ms : pattern.made_on_demand.idle_ms;
}

// As long as nobody else holds the realm, and only a lookup can give it away, nobody is in it or about to
// join.
bool Realms::may_go(Entry& entry, SteadyTime now) const {
  const config::Realm* pattern = config::find_realm(configured_, entry.realm->name());
  if (!pattern || entry.pattern.empty() || entry.realm.use_count() > 1) {
    entry.empty_since.reset();
    return false;
  }
  if (!entry.empty_since) entry.empty_since = now;
  const uint64_t patience = patience_ms(entry, *pattern);
  return patience > 0 && now - *entry.empty_since >= std::chrono::milliseconds(patience);
}

void Realms::sweep(SteadyTime now) {
  std::vector<std::shared_ptr<Realm>> gone;  // they end without the lock
  const Lock lock(mutex_);
  for (auto at = realms_.begin(); at != realms_.end();) {
    if (!may_go(at->second, now)) {
      ++at;
      continue;
    }
    log::info("realm \"" + at->first + "\" removed: it was empty");
    gone.push_back(std::move(at->second.realm));
    at = realms_.erase(at);
  }
  const auto unused =
      std::partition(removed_.begin(), removed_.end(),
                     [](const std::shared_ptr<Realm>& realm) { return realm.use_count() > 1; });
  std::move(unused, removed_.end(), std::back_inserter(gone));
  removed_.erase(unused, removed_.end());
  for (const auto& realm : gone) gone_.add(realm->counters());
}

void Realms::close() {
  for (const auto& realm : all()) realm->close();
}

}  // namespace router

#include "router/http/members.h"

#include <algorithm>
#include <utility>

namespace router::http {
namespace {

constexpr auto longest_idle = std::chrono::seconds(60);

}  // namespace

std::shared_ptr<Member> Members::find(const std::string& path,
                                      const std::shared_ptr<const Entrance>& entrance,
                                      const Credentials& credentials, const std::string& peer,
                                      const Bounds& bounds) {
  OfPath& all = paths_[path];
  if (all.in_flight >= bounds.requests_in_flight) return nullptr;
  // After a reload everybody comes in again.
  if (all.entrance != entrance) {
    while (!all.by_key.empty()) retire(all, all.by_key.begin());
    all.entrance = entrance;
  }
  const std::string key = credentials.key();
  if (const auto known = all.by_key.find(key); known != all.by_key.end()) {
    if (!known->second->leaving()) return known->second;
    retire(all, known);
  }
  if (all.by_key.size() >= bounds.members && !make_room(all)) return nullptr;
  const auto member = std::make_shared<Member>(desk_, entrance, credentials, peer, all.in_flight);
  all.by_key.emplace(key, member);
  member->start();
  return member;
}

// What was asked of it is still answered.
void Members::retire(OfPath& path, ByKey::iterator member) {
  path.leaving.push_back(std::move(member->second));
  path.by_key.erase(member);
}

bool Members::make_room(OfPath& path) {
  auto oldest = path.by_key.end();
  SteadyTime since = SteadyTime::max();
  for (auto it = path.by_key.begin(); it != path.by_key.end(); ++it)
    if (const auto idle = it->second->idle_since(); idle && *idle < since) {
      oldest = it;
      since = *idle;
    }
  if (oldest == path.by_key.end()) return false;
  oldest->second->end();
  retire(path, oldest);
  return true;
}

void Members::sweep(SteadyTime now) {
  for (auto& [name, path] : paths_) {
    for (auto it = path.by_key.begin(); it != path.by_key.end();) {
      const auto member = it++;
      member->second->sweep(now);
      const auto idle = member->second->idle_since();
      if (idle && now - *idle >= longest_idle) member->second->end();
      if (member->second->leaving()) retire(path, member);
    }
    for (const auto& member : path.leaving) {
      if (member->idle_since()) member->end();
      member->sweep(now);
    }
    std::erase_if(path.leaving, [](const auto& member) { return member->ended(); });
  }
}

bool Members::empty() const {
  return std::all_of(paths_.begin(), paths_.end(), [](const auto& entry) {
    return entry.second.by_key.empty() && entry.second.leaving.empty();
  });
}

}  // namespace router::http

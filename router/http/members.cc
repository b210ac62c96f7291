#include "router/http/members.h"

#include <algorithm>
#include <utility>

#include "transport/memory/has_memory_for.h"

namespace router::http {
namespace {

constexpr auto longest_idle = std::chrono::seconds(60);
// Of those who were used longest ago, for one of whom nothing is to be answered.
constexpr int looked_at_for_room = 16;

}  // namespace

std::shared_ptr<Member> Members::find(const std::string& path,
                                      const std::shared_ptr<const Entrance>& entrance,
                                      const Credentials& credentials, const std::string& peer,
                                      const Bounds& bounds) {
  OfPath& all = paths_[path];
  // After a reload everybody comes in again.
  if (all.entrance != entrance) {
    while (!all.by_key.empty()) all.retire(all.by_key.begin());
    all.entrance = entrance;
  }
  all.most = bounds.members;
  const std::string key = credentials.key();
  if (const auto known = all.by_key.find(key); known != all.by_key.end()) {
    all.on_used(known->second);
    const size_t in_flight = known->second.use.empty() ? all.in_flight : all.in_flight_outside;
    return in_flight < bounds.requests_in_flight ? known->second.member : nullptr;
  }
  if (all.joining() >= bounds.members || all.in_flight_outside >= bounds.requests_in_flight) return nullptr;
  const auto member = std::make_shared<Member>(desk_, entrance, credentials, key, peer, all);
  std::list<Member*> use{member.get()};
  const auto place = use.begin();
  all.by_key.emplace(key, Place{member, std::move(use), place});
  if (transport::has_memory_for([&] { member->start(); })) return member;
  member->end();
  return nullptr;
}

void Members::OfPath::on_used(Place& place) {
  if (place.use.empty()) by_use.splice(by_use.end(), by_use, place.in_use);
}

void Members::OfPath::retire(ByKey::iterator place) noexcept {
  if (place->second.use.empty()) by_use.erase(place->second.in_use);
  leaving.insert(by_key.extract(place));
}

bool Members::OfPath::make_room() noexcept {
  for (int i = 0; i < looked_at_for_room && by_use.size() >= most && !by_use.empty(); ++i) {
    if (by_use.front()->idle_since())
      by_use.front()->end();
    else
      by_use.splice(by_use.end(), by_use, by_use.begin());
  }
  return by_use.size() < most;
}

bool Members::OfPath::on_in(Member& member) noexcept {
  const auto found = by_key.find(member.key());
  if (found == by_key.end() || found->second.member.get() != &member) return true;  // it is retired already
  if (by_use.size() >= most && !make_room()) return false;
  by_use.splice(by_use.end(), found->second.use);
  return true;
}

void Members::OfPath::on_leaving(Member& member) noexcept {
  const auto found = by_key.find(member.key());
  if (found != by_key.end() && found->second.member.get() == &member) retire(found);
}

void Members::sweep(SteadyTime now) {
  for (auto& [name, path] : paths_) {
    for (auto it = path.by_key.begin(); it != path.by_key.end();) {
      Member& member = *(it++)->second.member;
      transport::has_memory_for([&] { member.sweep(now); });
      if (const auto idle = member.idle_since(); idle && now - *idle >= longest_idle) member.end();
    }
    for (const auto& [key, place] : path.leaving) {
      Member& member = *place.member;
      if (member.idle_since()) member.end();
      transport::has_memory_for([&] { member.sweep(now); });
    }
    std::erase_if(path.leaving, [](const auto& entry) { return entry.second.member->ended(); });
  }
}

bool Members::empty() const {
  return std::all_of(paths_.begin(), paths_.end(), [](const auto& entry) {
    return entry.second.by_key.empty() && entry.second.leaving.empty();
  });
}

}  // namespace router::http

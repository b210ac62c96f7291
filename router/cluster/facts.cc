#include "router/cluster/facts.h"

#include <algorithm>
#include <utility>

#include "router/cluster/membership.h"

namespace router::cluster {

uint64_t OwnFacts::change(std::vector<Change> changes) {
  ++number_;
  // Without an incarnation nobody would take them; the heartbeats of the next one say that they are missing.
  if (membership_.self().incarnation != 0)
    backbone_.announce(FactsChanged{membership_.self(), number_, std::move(changes)});
  return number_;
}

void OwnFacts::on_confirmed(const NodeId& by, uint64_t number) {
  uint64_t& confirmed = confirmed_[by];
  confirmed = std::max(confirmed, number);
}

uint64_t OwnFacts::confirmed_by(const NodeId& peer) const {
  const auto found = confirmed_.find(peer);
  return found == confirmed_.end() ? 0 : found->second;
}

uint64_t OwnFacts::confirmed_by_all(Time now) const {
  // As long as it may not know of all nodes that are there.
  if (!membership_.has_joined()) return 0;
  uint64_t all = number_;
  for (const auto& [name, peer] : membership_.peers())
    if (!membership_.is_suspect(peer, now)) all = std::min(all, confirmed_by({name, peer.incarnation}));
  return all;
}

void OthersFacts::on_changed(const FactsChanged& changed, Time now) {
  Known& known = known_[changed.from];
  known.told = std::max(known.told, changed.number);
  if (changed.number > known.number + 1) {
    if (known.early.size() < most_early) known.early.emplace(changed.number, changed.changes);
    return ask(changed.from, known, now);
  }
  if (changed.number == known.number + 1) {
    known.number = changed.number;
    receiver_.on_changes(changed.from, changed.changes);
    take_early(changed.from, known);
  }
  post_(changed.from, Confirmed{known.number});
}

void OthersFacts::on_snapshot(const NodeId& from, const Snapshot& snapshot) {
  Known& known = known_[from];
  known.asked_at.reset();
  // An older one has been overtaken by changes that are known.
  if (snapshot.number > known.number) {
    known.number = snapshot.number;
    known.told = std::max(known.told, snapshot.number);
    receiver_.on_all(from, snapshot.all);
    take_early(from, known);
  }
  post_(from, Confirmed{known.number});
}

void OthersFacts::take_early(const NodeId& of, Known& known) {
  known.early.erase(known.early.begin(), known.early.upper_bound(known.number));
  while (!known.early.empty() && known.early.begin()->first == known.number + 1) {
    receiver_.on_changes(of, known.early.begin()->second);
    ++known.number;
    known.early.erase(known.early.begin());
  }
}

void OthersFacts::on_heartbeat(const NodeId& from, uint64_t number, Time now) {
  Known& known = known_[from];
  // What was told of before this heartbeat has had its time to come.
  const bool is_behind = known.number < (known.is_heard ? std::min(known.told, number) : number);
  known.is_heard = true;
  known.told = std::max(known.told, number);
  if (is_behind) ask(from, known, now);
}

void OthersFacts::ask(const NodeId& of, Known& known, Time now) {
  if (known.asked_at && now - *known.asked_at < timing_.retry) return;
  known.asked_at = now;
  receiver_.on_facts_gap(of);
  post_(of, SnapshotWanted{});
}

uint64_t OthersFacts::known(const NodeId& of) const {
  const auto found = known_.find(of);
  return found == known_.end() ? 0 : found->second.number;
}

bool OthersFacts::is_whole(const NodeId& of) const {
  const auto found = known_.find(of);
  return found != known_.end() && found->second.is_heard && found->second.number >= found->second.told;
}

}  // namespace router::cluster

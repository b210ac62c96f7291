#include "router/cluster/facts.h"

#include <algorithm>
#include <cstddef>
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

void OwnFacts::on_snapshot_wanted(const NodeId& by) {
  const std::vector<Change> all = all_();
  ++last_answer_;
  for (size_t at = 0, part = 0; part == 0 || at < all.size(); ++part) {
    const size_t end = std::min(all.size(), at + timing_.snapshot_part);
    std::vector<Change> changes(all.begin() + static_cast<std::ptrdiff_t>(at),
                                all.begin() + static_cast<std::ptrdiff_t>(end));
    at = end;
    post_(by, Snapshot{number_, std::move(changes), part, at == all.size(), last_answer_});
  }
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

void OthersFacts::on_snapshot(const NodeId& from, const Snapshot& snapshot, Time now) {
  Known& known = known_[from];
  // An older one has been overtaken by changes that are known.
  if (snapshot.number > known.number) {
    if (!take_part(known, snapshot, now)) return;
    const std::vector<Change> all = std::exchange(known.parts, {}).changes;
    known.number = snapshot.number;
    known.told = std::max(known.told, snapshot.number);
    receiver_.on_all(from, all);
    take_early(from, known);
  }
  known.asked_at.reset();
  post_(from, Confirmed{known.number});
}

// Whether it was the last one, and all have come.
bool OthersFacts::take_part(Known& known, const Snapshot& snapshot, Time now) {
  Parts& parts = known.parts;
  if (snapshot.answer == parts.answer && snapshot.part < parts.next) return false;  // it has come twice
  if (snapshot.part == 0) parts = {snapshot.answer};
  if (snapshot.answer != parts.answer || snapshot.part != parts.next) {
    // One got lost: the next heartbeat asks for all of them again.
    parts = {};
    known.asked_at.reset();
    return false;
  }
  ++parts.next;
  parts.changes.insert(parts.changes.end(), snapshot.changes.begin(), snapshot.changes.end());
  known.asked_at = now;  // as long as parts come there is no reason to ask again
  return snapshot.is_last;
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

#include "router/cluster/membership.h"

#include <utility>

namespace router::cluster {

// ---- the own key

void Membership::tick(Time now) {
  if (const auto missed = now - ticked_at_ - timing_.heartbeat; missed > Time::duration::zero())
    for (auto& [name, peer] : peers_) peer.heard_at = std::min(peer.heard_at + missed, now);
  ticked_at_ = now;
  if (!all_until_) return;
  while (!sent_.empty() && now - sent_.front().at > timing_.lease) sent_.pop_front();
  for (auto& [name, peer] : peers_) evict_if_due(name, peer, now);
  const bool is_waiting = unanswered_ && sent(*unanswered_) && now - sent(*unanswered_)->at < timing_.retry;
  if (is_waiting || (outdated_ && own_revision_ <= *outdated_)) return;
  if (is_draining_) return withdraw_own(now);
  const bool is_due = unanswered_ || sent_.empty() || now - sent_.back().at >= timing_.lease / 4 ||
                      (is_slot_disputed() && free_slot() != 0);
  if (self_.incarnation == 0 ? may_come_back(now) : is_due) write(now);
}

// A process that starts replaces what is there under its name at once: the one before has ended. One that has
// lost its key to another process does not fight for it.
bool Membership::may_come_back(Time now) const {
  if (!had_incarnation_ || !own_entry_ || own_entry_->process == process_) return true;
  return now - own_seen_at_ >= own_entry_->lease + timing_.margin(own_entry_->lease);
}

void Membership::write(Time now) {
  // Above all that any incarnation of this name can have been: what it had is below the revision that its key
  // has got then, which this node has seen, or the write is refused.
  const Incarnation incarnation =
      self_.incarnation ? self_.incarnation : std::max(newest_, own_revision_) + 1;
  const bool keeps_slot = self_.incarnation != 0 && slot_ != 0 && !is_slot_disputed();
  const Slot slot = keeps_slot ? slot_ : free_slot();
  const Revision slot_since = keeps_slot ? slot_since_ : 0;
  sent_.push_back({++last_ticket_, now, incarnation, own_revision_, slot, slot_since});
  unanswered_ = last_ticket_;
  backbone_.claim(self_.name, NodeEntry{incarnation, process_, last_ticket_, timing_.lease, slot, slot_since},
                  own_revision_, last_ticket_);
}

void Membership::withdraw_own(Time now) {
  if (self_.incarnation == 0) return;
  sent_.push_back({++last_ticket_, now, 0, own_revision_, 0, 0});
  unanswered_ = last_ticket_;
  backbone_.withdraw(self_.name, own_revision_, last_ticket_);
}

void Membership::drain(Time now) {
  is_draining_ = true;
  unanswered_.reset();
  tick(now);
}

const Membership::Sent* Membership::sent(Ticket ticket) const {
  const auto found =
      std::find_if(sent_.begin(), sent_.end(), [&](const Sent& one) { return one.ticket == ticket; });
  return found == sent_.end() ? nullptr : &*found;
}

void Membership::on_outcome(Ticket ticket, Outcome outcome, Revision revision, Time now) {
  const Sent* const found = sent(ticket);
  if (!found) return;
  const Sent write = *found;
  const bool is_last = unanswered_ == ticket;
  switch (outcome) {
    case Outcome::accepted:
      if (is_last) unanswered_.reset();
      if (write.incarnation != 0) return adopt(revision, write, now);
      return on_own_entry(revision, std::monostate(), now);
    case Outcome::refused:
      if (is_last) unanswered_.reset();
      outdated_ = std::max(outdated_.value_or(0), write.expected);
      return;
    case Outcome::unknown:
      return;  // it stays unanswered, and is tried again when its time has come
  }
}

// An accepted write of this process, of which an answer or the key itself tells.
void Membership::adopt(Revision revision, const Sent& write, Time now) {
  const bool is_news = revision > own_revision_;
  if (!is_news && write.incarnation != self_.incarnation) return;  // what it began has ended already
  if (is_news) {
    own_revision_ = revision;
    own_entry_ =
        NodeEntry{write.incarnation, process_, write.ticket, timing_.lease, write.slot, write.slot_since};
    own_seen_at_ = now;
    take_slot(revision, *own_entry_);
  }
  if (write.incarnation != self_.incarnation) {
    self_.incarnation = write.incarnation;
    gone_below_[self_.name] = write.incarnation;
    joined_at_ = revision;
    had_incarnation_ = true;
    lease_end_ = write.at + timing_.lease;
    observer_.on_self(now);
    return;
  }
  lease_end_ = std::max(lease_end_, write.at + timing_.lease);
}

void Membership::on_own_entry(Revision revision, const Value& value, Time now) {
  if (revision <= own_revision_) return;
  const auto* entry = std::get_if<NodeEntry>(&value);
  const bool is_mine = entry && entry->process == process_;
  if (is_mine) {
    if (const Sent* const write = sent(entry->write)) return adopt(revision, *write, now);
    if (entry->incarnation == self_.incarnation) {
      // Too old to renew the lease, but the next write must expect it.
      own_revision_ = revision;
      return take_slot(revision, *entry);
    }
  }
  own_revision_ = revision;
  own_entry_ = entry ? std::optional(*entry) : std::nullopt;
  own_seen_at_ = now;
  Incarnation& below = gone_below_[self_.name];
  below = std::max(below, entry ? entry->incarnation : revision + 1);
  unanswered_.reset();
  lose(now);
}

void Membership::lose(Time now) {
  if (self_.incarnation == 0) return;
  self_.incarnation = 0;
  observer_.on_self(now);
}

// ---- its slot

void Membership::take_slot(Revision revision, const NodeEntry& entry) {
  slot_ = entry.slot;
  slot_since_ = entry.slot_since != 0 ? entry.slot_since : revision;
}

// Of two that have taken the same one, the one that was later has been told of the other's key when it has
// been told of all up to its own.
bool Membership::has_slot() const {
  if (slot_ == 0 || !all_until_ || *all_until_ < slot_since_ || is_slot_disputed()) return false;
  // A write of another one that is on its way may be accepted at any time, and then this one is free.
  return std::none_of(sent_.begin(), sent_.end(),
                      [this](const Sent& one) { return one.expected >= own_revision_ && one.slot != slot_; });
}

bool Membership::is_slot_disputed() const {
  if (slot_ == 0) return true;
  return std::any_of(peers_.begin(), peers_.end(), [this](const auto& one) {
    return one.second.slot == slot_ && one.second.slot_since < slot_since_;
  });
}

// Its last one, if it may have that: then ids that it has given are of its own slot. Else one that nobody has
// had, as far as it knows, where there is one: whoever lost a slot may still have sessions of it. Nodes begin
// to look at different places, so that few take the same one.
Slot Membership::free_slot() const {
  constexpr size_t slots = 255;
  const auto is_free = [this](Slot slot) {
    return slot != 0 && std::none_of(peers_.begin(), peers_.end(),
                                     [slot](const auto& one) { return one.second.slot == slot; });
  };
  if (is_free(slot_)) return slot_;
  Slot reused = 0;
  for (size_t i = 0; i < slots; ++i) {
    const auto slot = static_cast<Slot>(1 + (process_ + i) % slots);
    if (!is_free(slot)) continue;
    if (!slots_seen_.contains(slot)) return slot;
    if (reused == 0) reused = slot;
  }
  return reused;
}

// ---- the others

void Membership::on_entry(const NodeName& name, Revision revision, const Value& value, Time now) {
  if (name == self_.name) return on_own_entry(revision, value, now);
  const auto* const entry = std::get_if<NodeEntry>(&value);
  const auto known = peers_.find(name);
  if (!entry) {
    Incarnation& below = gone_below_[name];
    below = std::max(below, revision + 1);
    if (known != peers_.end() && known->second.incarnation < below) forget(known, now);
    return;
  }
  const NodeId id{name, entry->incarnation};
  if (is_gone(id, revision)) return;
  Peer& peer = meet(id, now);
  if (revision <= peer.revision) return;
  peer.revision = revision;
  peer.slot = entry->slot;
  peer.slot_since = entry->slot_since != 0 ? entry->slot_since : revision;
  slots_seen_.insert(entry->slot);
  peer.lease = entry->lease;
  peer.seen_at = now;
  peer.evicted_at.reset();
}

bool Membership::heard(const NodeId& from, Time now) {
  if (from.name == self_.name || from.incarnation < gone_below_[from.name]) return false;
  meet(from, now).heard_at = now;
  return true;
}

// Precondition: it is not gone. It may be heard before its key is seen: whoever has such an incarnation was
// accepted, so the one before it is gone.
Membership::Peer& Membership::meet(const NodeId& id, Time now) {
  const auto known = peers_.find(id.name);
  if (known != peers_.end()) {
    if (known->second.incarnation == id.incarnation) return known->second;
    forget(known, now);
  }
  gone_below_[id.name] = id.incarnation;
  Peer& peer = peers_[id.name];
  peer.incarnation = id.incarnation;
  peer.seen_at = peer.heard_at = now;
  observer_.on_peer(id, now);
  return peer;
}

void Membership::forget(std::map<NodeName, Peer>::iterator peer, Time now) {
  const NodeId id{peer->first, peer->second.incarnation};
  peers_.erase(peer);
  observer_.on_gone(id, now);
}

const Membership::Peer* Membership::peer(const NodeId& id) const {
  const auto found = peers_.find(id.name);
  return found != peers_.end() && found->second.incarnation == id.incarnation ? &found->second : nullptr;
}

bool Membership::is_gone(const NodeId& id, Revision where) const {
  if (const auto known = gone_below_.find(id.name); known != gone_below_.end())
    return id.incarnation < known->second;
  // Its key was there before it stood in another one. Of keys that are told later nothing can be said.
  return all_until_ && where <= *all_until_;
}

bool Membership::evict(const NodeName& name, Time now) {
  const auto found = peers_.find(name);
  if (found == peers_.end()) return false;
  found->second.is_given_up = true;
  evict_if_due(name, found->second, now);
  return true;
}

void Membership::evict_if_due(const NodeName& name, Peer& peer, Time now) {
  const bool is_silent = now - peer.seen_at >= peer.lease + timing_.margin(peer.lease);
  if (peer.revision == 0 || !(is_silent || peer.is_given_up)) return;
  if (peer.evicted_at && now - *peer.evicted_at < timing_.retry) return;
  peer.evicted_at = now;
  // Nobody needs the answer: all see the key go.
  backbone_.withdraw(name, peer.revision, 0);
}

}  // namespace router::cluster

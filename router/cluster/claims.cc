#include "router/cluster/claims.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace router::cluster {

void Claims::want(const Name& name, Policy policy, Time now) {
  assert(!wanted_.contains(name));
  wanted_[name] = {policy, false};
  settle(name, now);
}

void Claims::release(const Name& name, Time now) {
  assert(wanted_.contains(name));
  wanted_.erase(name);
  settle(name, now);
}

bool Claims::is_granted(const Name& name) const {
  const auto found = wanted_.find(name);
  return found != wanted_.end() && found->second.is_granted;
}

void Claims::tick(Time now) {
  for (auto& [name, write] : writes_) {
    if (now - write.at < timing_.retry) continue;
    write.at = now;
    send(name, write);
  }
}

void Claims::on_entry(const Name& name, Revision revision, const Value& value, Time now) {
  Known& known = known_[name];
  if (revision <= known.revision) return;
  const auto* const entry = std::get_if<NameEntry>(&value);
  known = {revision, entry ? std::optional(*entry) : std::nullopt, false};
  // What expected an earlier revision is decided by now, whatever its answer will be.
  if (const auto write = writes_.find(name); write != writes_.end() && write->second.expected < revision)
    writes_.erase(write);
  settle(name, now);
}

void Claims::on_outcome(const Name& name, Ticket ticket, Outcome outcome, Revision revision, Time now) {
  const auto found = writes_.find(name);
  // Of one that is unknown it is still to be found out: it stays, and is tried again.
  if (found == writes_.end() || found->second.ticket != ticket || outcome == Outcome::unknown) return;
  const Write write = std::move(found->second);
  writes_.erase(found);
  Known& known = known_[name];
  if (outcome == Outcome::accepted)
    known = {revision, write.entry, false};
  else
    known.is_outdated = true;
  settle(name, now);
}

void Claims::on_self(Time now) {
  // What the former incarnation has asked for may still be accepted, and is nobody's then.
  writes_.clear();
  std::vector<Name> names;
  for (auto& [name, wanted] : wanted_) {
    wanted.is_granted = false;
    names.push_back(name);
  }
  for (const Name& name : names) settle(name, now);
}

bool Claims::is_mine(const Known& known) const {
  const auto& self = membership_.self();
  return known.entry && std::ranges::find(known.entry->holders, self) != known.entry->holders.end();
}

std::vector<NodeId> Claims::other_holders(const Known& known) const {
  std::vector<NodeId> others;
  if (!known.entry) return others;
  for (const NodeId& holder : known.entry->holders)
    if (holder != membership_.self() && !membership_.is_gone(holder, known.revision))
      others.push_back(holder);
  return others;
}

void Claims::settle(const Name& name, Time now) {
  // Until a write is decided, and what it met is seen, nothing that is known can be trusted.
  if (membership_.self().incarnation == 0 || writes_.contains(name)) return;
  const Known& known = known_[name];
  if (known.is_outdated) return;
  const auto wanted = wanted_.find(name);
  if (wanted == wanted_.end()) return settle_unwanted(name, known, now);
  settle_wanted(name, wanted->second, known, now);
}

void Claims::settle_wanted(const Name& name, Wanted& wanted, const Known& known, Time now) {
  const NodeId& self = membership_.self();
  std::vector<NodeId> holders = other_holders(known);
  const bool may_share =
      known.entry && known.entry->policy == wanted.policy && wanted.policy != Policy::single;
  if (!holders.empty() && !may_share) {
    wanted_.erase(name);
    observer_.on_refused(name, *known.entry, now);
    return settle_unwanted(name, known, now);  // it may have been in it by that policy
  }
  if (is_mine(known) && known.entry->policy == wanted.policy) {
    if (wanted.is_granted) return;
    wanted.is_granted = true;
    return observer_.on_granted(name, now);
  }
  holders.push_back(self);
  write(name, known.revision, NameEntry{wanted.policy, std::move(holders)}, now);
}

void Claims::settle_unwanted(const Name& name, const Known& known, Time now) {
  if (!is_mine(known)) return;
  std::vector<NodeId> others = other_holders(known);
  if (others.empty()) return write(name, known.revision, std::nullopt, now);
  write(name, known.revision, NameEntry{known.entry->policy, std::move(others)}, now);
}

void Claims::write(const Name& name, Revision expected, std::optional<NameEntry> entry, Time now) {
  const Write& written = writes_[name] = {++last_ticket_, expected, std::move(entry), now};
  send(name, written);
}

void Claims::send(const Name& name, const Write& write) {
  if (write.entry)
    backbone_.claim(name, *write.entry, write.expected, write.ticket);
  else
    backbone_.withdraw(name, write.expected, write.ticket);
}

}  // namespace router::cluster

#include "router/cluster/node.h"

#include <cassert>
#include <utility>

namespace router::cluster {

Node::Node(NodeName name, uint64_t process, const Timing& timing, Backbone& backbone, NodeUser& user)
    : timing_(timing),
      backbone_(backbone),
      user_(user),
      membership_(std::move(name), process, timing_, backbone_, *this),
      claims_(timing_, membership_, backbone_, *this),
      post_([this](const NodeId& to, Content content) {
        if (membership_.self().incarnation != 0)
          backbone_.send(to.name, {membership_.self(), to, std::move(content)});
      }),
      own_facts_(timing_, membership_, backbone_, post_, [this] { return user_.offered(); }),
      others_facts_(timing_, post_, elsewhere_),
      mail_(post_, user_) {}

void Node::tick(Time now) {
  membership_.tick(now);
  claims_.tick(now);
  if (!beaten_at_ || now - *beaten_at_ >= timing_.heartbeat) beat(now);
  for (const auto& [name, peer] : membership_.peers())
    if (membership_.silence(peer, now) >= timing_.fail_calls_after)
      mail_.fail_calls({name, peer.incarnation});
  tell_confirmed(now);
}

void Node::beat(Time now) {
  if (membership_.self().incarnation == 0) return;
  beaten_at_ = now;
  Heartbeat heartbeat{membership_.self(), own_facts_.number(), {}};
  for (const auto& [name, peer] : membership_.peers()) {
    const NodeId id{name, peer.incarnation};
    heartbeat.others[name] = {peer.incarnation, others_facts_.known(id), mail_.sent(id)};
  }
  backbone_.announce(heartbeat);
}

// ---- what the backbone tells

void Node::on_announcement(const Announcement& said, Time now) {
  const NodeId& from = std::visit([](const auto& one) -> const NodeId& { return one.from; }, said);
  if (!membership_.heard(from, now)) return;
  if (const auto* const heartbeat = std::get_if<Heartbeat>(&said)) on_heartbeat(*heartbeat, now);
  if (const auto* const changed = std::get_if<FactsChanged>(&said)) others_facts_.on_changed(*changed, now);
}

void Node::on_heartbeat(const Heartbeat& heartbeat, Time now) {
  const NodeId& from = heartbeat.from;
  others_facts_.on_heartbeat(from, heartbeat.facts, now);
  const auto me = heartbeat.others.find(membership_.self().name);
  if (me == heartbeat.others.end() || me->second.incarnation != membership_.self().incarnation) return;
  own_facts_.on_confirmed(from, me->second.facts);
  mail_.on_heartbeat(from, me->second.mail);
  tell_confirmed(now);
}

void Node::on_entries(const std::vector<Entry>& entries, bool is_all, Time now) {
  for (const Entry& entry : entries) {
    membership_.on_revision(entry.revision);
    if (const auto* const name = std::get_if<NodeName>(&entry.key))
      membership_.on_entry(*name, entry.revision, entry.value, now);
    if (const auto* const name = std::get_if<Name>(&entry.key))
      claims_.on_entry(*name, entry.revision, entry.value, now);
  }
  if (is_all) membership_.on_all();
  tell_confirmed(now);
}

void Node::on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) {
  if (const auto* const name = std::get_if<Name>(&key))
    return claims_.on_outcome(*name, ticket, outcome, revision, now);
  if (std::get<NodeName>(key) == membership_.self().name)
    membership_.on_outcome(ticket, outcome, revision, now);
}

void Node::on_letter(const Letter& letter, Time now) {
  if (letter.to != membership_.self() || !membership_.heard(letter.from, now)) return;
  const NodeId& from = letter.from;
  if (const auto* const confirmed = std::get_if<Confirmed>(&letter.content)) {
    own_facts_.on_confirmed(from, confirmed->facts);
    tell_confirmed(now);
  } else if (std::holds_alternative<SnapshotWanted>(letter.content)) {
    own_facts_.on_snapshot_wanted(from);
  } else if (const auto* const snapshot = std::get_if<Snapshot>(&letter.content)) {
    others_facts_.on_snapshot(from, *snapshot, now);
  } else {
    mail_.on_mail(from, std::get<Mail>(letter.content));
  }
}

// ---- who is there

// Numbers of mail and confirmations are those of an incarnation. What others offer stays true.
void Node::on_self(Time now) {
  own_facts_.on_self();
  mail_.on_self();
  claims_.on_self(now);
  beaten_at_.reset();
}

void Node::on_peer(const NodeId& peer, Time) {
  elsewhere_.add(peer);
}

void Node::on_gone(const NodeId& peer, Time) {
  elsewhere_.remove(peer);
  own_facts_.on_gone(peer);
  others_facts_.on_gone(peer);
  mail_.on_gone(peer);
}

std::optional<NodeId> Node::peer(const NodeName& name) const {
  const auto found = membership_.peers().find(name);
  if (found == membership_.peers().end()) return std::nullopt;
  return NodeId{name, found->second.incarnation};
}

bool Node::is_ready(Time now) const {
  if (!membership_.has_lease(now) || own_facts_.confirmed_by_all(now) < own_facts_.number()) return false;
  for (const auto& [name, peer] : membership_.peers())
    if (!membership_.is_suspect(peer, now) && !others_facts_.is_whole({name, peer.incarnation})) return false;
  return membership_.has_joined() && membership_.slot(now) != 0;
}

bool Node::is_live(const NodeId& id, Time now) const {
  const Membership::Peer* const peer = membership_.peer(id);
  return peer && !membership_.is_suspect(*peer, now) && own_facts_.confirmed_by(id) >= told_confirmed_;
}

// ---- facts

void Node::tell_confirmed(Time now) {
  const uint64_t confirmed = own_facts_.confirmed_by_all(now);
  if (confirmed <= told_confirmed_) return;
  told_confirmed_ = confirmed;
  user_.on_confirmed(confirmed);
}

std::map<NodeName, uint32_t> Node::callees(const Name& name, Time now) const {
  std::map<NodeName, uint32_t> all = elsewhere_.callees(name);
  std::erase_if(
      all, [&](const auto& one) { return membership_.is_suspect(membership_.peers().at(one.first), now); });
  return all;
}

// ---- mail

void Node::send(const NodeId& to, std::string bytes) {
  assert(membership_.self().incarnation != 0 && membership_.peer(to));
  mail_.send(to, std::move(bytes));
}

void Node::send_call(CallNumber call, const NodeId& to, std::string bytes) {
  assert(membership_.self().incarnation != 0 && membership_.peer(to));
  mail_.send_call(call, to, std::move(bytes));
}

}  // namespace router::cluster

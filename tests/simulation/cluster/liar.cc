#include "tests/simulation/cluster/liar.h"

#include <algorithm>

namespace cluster_simulation {
namespace {

constexpr milliseconds too_long{2'000};

}  // namespace

void Liar::mask(NodeId& id) const {
  if (is(Flaw::old_incarnation) && id.name == self_ && id.incarnation == present_) id.incarnation = first_;
}

void Liar::unmask(NodeId& id) const {
  if (is(Flaw::old_incarnation) && id.name == self_ && id.incarnation == first_) id.incarnation = present_;
}

// ---- what the node says

void Liar::announce(const Announcement& said) {
  Announcement told = said;
  std::visit([&](auto& one) { mask(one.from); }, told);
  backbone_->announce(told);
}

Value Liar::as_told(Value value) {
  if (auto* const node = std::get_if<NodeEntry>(&value)) {
    if (first_ == 0) first_ = node->incarnation;
    present_ = node->incarnation;
    if (is(Flaw::old_incarnation)) node->incarnation = first_;
    if (is(Flaw::lease_too_long)) node->lease -= std::min(too_long, node->lease / 2);
  }
  if (auto* const name = std::get_if<NameEntry>(&value))
    for (NodeId& holder : name->holders) mask(holder);
  return value;
}

void Liar::claim(const Key& key, const Value& value, Revision expected, Ticket ticket) {
  if (is(Flaw::trusted_read) && std::holds_alternative<Name>(key))
    lies_.push_back({key, ticket, expected + 1});
  backbone_->claim(key, as_told(value), expected, ticket);
}

void Liar::withdraw(const Key& key, Revision expected, Ticket ticket) {
  if (is(Flaw::names_kept) && std::holds_alternative<Name>(key)) return;
  backbone_->withdraw(key, expected, ticket);
}

void Liar::send(const NodeName& to, const Letter& letter) {
  if (is(Flaw::snapshot_unsent) && std::holds_alternative<Snapshot>(letter.content)) return;
  Letter told = letter;
  mask(told.from);
  backbone_->send(to, told);
}

// ---- what the node hears

void Liar::pass(Time now) {
  for (const Lie& lie : std::exchange(lies_, {}))
    node_->on_outcome(lie.key, lie.ticket, Outcome::accepted, lie.revision, now);
}

void Liar::fill_facts(const NodeId& from, uint64_t up_to, Time now) {
  while (facts_[from] < up_to) node_->on_announcement(FactsChanged{from, ++facts_[from], {}}, now);
}

uint64_t Liar::renumbered(const NodeId& from, uint64_t number) {
  Numbers& last = mail_[from];
  const bool is_doubled = number <= last.real;
  if (is_doubled && !is(Flaw::doubled_mail_taken)) return last.told;
  if (is_doubled || is(Flaw::mail_gap_unnoticed))
    ++last.told;
  else
    last.told += number - last.real;
  last.real = std::max(last.real, number);
  return last.told;
}

void Liar::on_announcement(const Announcement& said, Time now) {
  Announcement heard = said;
  if (auto* const changed = std::get_if<FactsChanged>(&heard); changed && is(Flaw::facts_gap_unnoticed)) {
    fill_facts(changed->from, changed->number - 1, now);
    facts_[changed->from] = std::max(facts_[changed->from], changed->number);
  }
  if (auto* const heartbeat = std::get_if<Heartbeat>(&heard)) {
    if (is(Flaw::facts_gap_unnoticed)) fill_facts(heartbeat->from, heartbeat->facts, now);
    if (const auto me = heartbeat->others.find(self_); me != heartbeat->others.end()) {
      NodeId id{self_, me->second.incarnation};
      unmask(id);
      me->second.incarnation = id.incarnation;
      if (is(Flaw::confirmed_early)) ++me->second.facts;
      if (is(Flaw::mail_gap_unnoticed) || is(Flaw::last_mail_unnoticed)) me->second.mail = 0;
    }
  }
  node_->on_announcement(heard, now);
}

Value Liar::as_heard(const Key& key, Value value) const {
  if (auto* const node = std::get_if<NodeEntry>(&value)) {
    NodeId id{std::get<NodeName>(key), node->incarnation};
    unmask(id);
    node->incarnation = id.incarnation;
    if (is(Flaw::slots_unseen)) node->slot = 0;
    if (is(Flaw::slot_ages_unseen)) node->slot_since = 0;
    if (is(Flaw::no_margin)) node->lease -= Timing().margin(node->lease);
  }
  if (auto* const name = std::get_if<NameEntry>(&value))
    for (NodeId& holder : name->holders) unmask(holder);
  return value;
}

void Liar::on_entries(const std::vector<Entry>& entries, bool is_all, Time now) {
  std::vector<Entry> heard;
  for (const Entry& entry : entries) {
    const bool is_withdrawn_node =
        std::holds_alternative<NodeName>(entry.key) && std::holds_alternative<std::monostate>(entry.value);
    if (is_withdrawn_node && is(Flaw::deletions_unseen)) continue;
    heard.push_back({entry.key, entry.revision, as_heard(entry.key, entry.value)});
  }
  node_->on_entries(heard, is_all || is(Flaw::part_is_all), now);
}

void Liar::on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) {
  if (std::holds_alternative<Name>(key) && outcome == Outcome::unknown) {
    if (is(Flaw::unknown_is_accepted)) return node_->on_outcome(key, ticket, Outcome::accepted, 1, now);
    if (is(Flaw::unknown_is_refused)) return node_->on_outcome(key, ticket, Outcome::refused, 0, now);
  }
  node_->on_outcome(key, ticket, outcome, revision, now);
}

void Liar::on_letter(const Letter& letter, Time now) {
  Letter heard = letter;
  unmask(heard.to);
  if (auto* const confirmed = std::get_if<Confirmed>(&heard.content); confirmed && is(Flaw::confirmed_early))
    ++confirmed->facts;
  if (auto* const snapshot = std::get_if<Snapshot>(&heard.content); snapshot && is(Flaw::parts_unnoticed)) {
    Parts& parts = parts_[heard.from];
    if (snapshot->answer != parts.answer) parts = {snapshot->answer};
    snapshot->part = parts.next++;
  }
  if (auto* const mail = std::get_if<Mail>(&heard.content);
      mail && (is(Flaw::mail_gap_unnoticed) || is(Flaw::doubled_mail_taken)))
    mail->number = renumbered(heard.from, mail->number);
  node_->on_letter(heard, now);
}

}  // namespace cluster_simulation

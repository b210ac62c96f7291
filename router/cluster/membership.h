// Which nodes are there, and this node's own lease on its place among them.
//
// A node is there as long as its key is: it writes it anew every quarter of its lease, by compare-and-set.
// Its lease ends so long after the *sending* of the last write that was accepted. Others wait longer, from
// the *receipt* of its last revision on, and then withdraw its key: so its lease has ended before anybody
// else may have what it owned. Who finds its key withdrawn has lost all that it owned, and comes back under
// another incarnation. docs/design/cluster.md has the reasons.
//
// A node that is silent is suspect; that alone takes nothing from it. Pure: observations and the time in,
// writes to the backbone and calls of the observer out. One thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "router/cluster/words/backbone.h"

namespace router::cluster {

// Hears of it in the middle of a call of the membership, which it may ask but must not change.
class MembershipObserver {
 public:
  virtual ~MembershipObserver() = default;
  // This node has a new incarnation (self()), or none for now.
  virtual void on_self(Time now) = 0;
  virtual void on_peer(const NodeId& peer, Time now) = 0;
  // This incarnation is gone for good.
  virtual void on_gone(const NodeId& peer, Time now) = 0;
};

class Membership {
 public:
  struct Peer {
    Incarnation incarnation = 0;
    Revision revision = 0;  // of its key; 0: it has been heard of only
    milliseconds lease{};
    Time seen_at{};                       // when that revision was received
    Time heard_at{};                      // its last heartbeat or letter, or when it was first known
    std::optional<Time> evicted_at = {};  // the last try
    bool is_given_up = false;             // by an operator
    Slot slot = 0;
    Revision slot_since = 0;
  };

  // `process`: by chance. The references outlive it.
  Membership(NodeName name, uint64_t process, const Timing& timing, Backbone& backbone,
             MembershipObserver& observer)
      : timing_(timing),
        process_(process),
        backbone_(backbone),
        observer_(observer),
        self_{std::move(name), 0} {}

  // Several times in a heartbeat: renews, tries again, evicts.
  void tick(Time now);
  // Withdraws the key of that peer although its lease may not be over, until the incarnation is gone: for who
  // knows that its process has ended. If it lives, what it owns may have two owners until it hears of it;
  // then it comes back under another incarnation. False: there is no such peer.
  bool evict(const NodeName& name, Time now);
  // Gives its place up at once: from now on it has no lease.
  void drain(Time now);

  void on_entry(const NodeName& name, Revision revision, const Value& value, Time now);
  // The backbone has told of some key of this revision.
  void on_revision(Revision revision) { newest_ = std::max(newest_, revision); }
  // It has told of all keys as they were at the newest revision.
  void on_all() { all_until_ = newest_; }
  void on_outcome(Ticket ticket, Outcome outcome, Revision revision, Time now);
  // Something came from it. False: it is to be ignored, as that incarnation is gone.
  bool heard(const NodeId& from, Time now);

  // Incarnation 0: it has none at present.
  const NodeId& self() const { return self_; }
  // Whether this node may act as the owner of what it owns.
  bool has_lease(Time now) const { return now < lease_end(); }
  // Until when, if nothing comes in between; long ago: it has none.
  Time lease_end() const { return self_.incarnation != 0 && !is_draining_ ? lease_end_ : Time(); }
  // It has an incarnation, and knows all nodes that have had one before.
  bool has_joined() const { return self_.incarnation != 0 && all_until_ >= joined_at_; }
  bool is_draining() const { return is_draining_; }
  // With what the session ids begin that it gives now: no other node has it at the same time. 0: it has none
  // at present. Ids that it has given stay when it gets another one.
  Slot slot(Time now) const { return has_lease(now) && has_slot() ? slot_ : Slot{0}; }

  const std::map<NodeName, Peer>& peers() const { return peers_; }
  const Peer* peer(const NodeId& id) const;
  // For how long it has been silent. Time in which this node was not awake does not count.
  Time::duration silence(const Peer& peer, Time now) const {
    return std::min(now, ticked_at_ + timing_.heartbeat) - peer.heard_at;
  }
  bool is_suspect(const Peer& peer, Time now) const { return silence(peer, now) >= timing_.suspect_after; }
  // Whether that incarnation is certainly no more; said of one that stands in a key with that revision.
  bool is_gone(const NodeId& id, Revision where) const;

 private:
  // A write of the own key.
  struct Sent {
    Ticket ticket = 0;  // ascending
    Time at{};
    Incarnation incarnation = 0;
    Revision expected = 0;
    Slot slot = 0;
    Revision slot_since = 0;
  };

  void write(Time now);
  void take_slot(Revision revision, const NodeEntry& entry);
  bool has_slot() const;
  bool is_slot_disputed() const;
  Slot free_slot() const;
  bool may_come_back(Time now) const;
  void withdraw_own(Time now);
  void evict_if_due(const NodeName& name, Peer& peer, Time now);
  void on_own_entry(Revision revision, const Value& value, Time now);
  void adopt(Revision revision, const Sent& sent, Time now);
  void lose(Time now);
  void forget(std::map<NodeName, Peer>::iterator peer, Time now);
  Peer& meet(const NodeId& id, Time now);
  const Sent* sent(Ticket ticket) const;

  const Timing timing_;
  const uint64_t process_;
  Backbone& backbone_;
  MembershipObserver& observer_;

  NodeId self_;
  Time lease_end_{};
  Revision joined_at_ = 0;  // of the first write of the incarnation
  // The own key, as far as it is known.
  Revision own_revision_ = 0;
  std::optional<NodeEntry> own_entry_;
  Time own_seen_at_{};
  Slot slot_ = 0;            // that it has or had last
  Revision slot_since_ = 0;  // as the key says
  std::set<Slot> slots_seen_;
  // Writes that may still be accepted or be told of; those that are older than a lease are of no use.
  std::deque<Sent> sent_;
  std::optional<Ticket> unanswered_;
  std::optional<Revision> outdated_;  // a write with this expectation was refused: wait for what came after
  Ticket last_ticket_ = 0;
  bool had_incarnation_ = false;
  bool is_draining_ = false;

  std::optional<Revision> all_until_;
  Revision newest_ = 0;
  Time ticked_at_{};
  std::map<NodeName, Peer> peers_;
  std::map<NodeName, Incarnation> gone_below_;  // of each node that was ever known, this one's, too
};

}  // namespace router::cluster

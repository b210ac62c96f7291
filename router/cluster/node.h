// One node of a cluster, as the others see it: puts the parts together, behind the backbone.
//
// What the router has to say to it: what it offers, which names it wants, mail. What it says to the router: a
// NodeUser. Pure: all that it knows of the world is what it is told, and when. One thread; neither side calls
// the other back from within a call, unless it says so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/cluster/claims.h"
#include "router/cluster/elsewhere.h"
#include "router/cluster/facts.h"
#include "router/cluster/membership.h"
#include "router/cluster/numbered_mail.h"
#include "router/cluster/words/backbone.h"

namespace router::cluster {

class NodeUser : public MailUser {
 public:
  // All that this node offers: what change() has said of it.
  virtual std::vector<Change> offered() const = 0;
  // All nodes that live know all up to that number: SUBSCRIBED and REGISTERED may be sent.
  virtual void on_confirmed(uint64_t facts) = 0;
  virtual void on_granted(const Name& name) = 0;
  // It is not wanted any longer; it may have been granted before.
  virtual void on_refused(const Name& name, const NameEntry& by) = 0;
};

class Node final : public BackboneListener, MembershipObserver, ClaimsObserver {
 public:
  // All outlive it. `process`: by chance.
  Node(NodeName name, uint64_t process, const Timing& timing, Backbone& backbone, NodeUser& user);

  // Several times in a heartbeat.
  void tick(Time now);
  void drain(Time now) { membership_.drain(now); }
  // For who knows that the process of that node has ended: see membership.h. False: there is no such peer.
  bool evict(const NodeName& name, Time now) { return membership_.evict(name, now); }

  // What is offered has changed, as offered() says already. on_confirmed() tells of the number.
  uint64_t change(std::vector<Change> changes) { return own_facts_.change(std::move(changes)); }
  // Preconditions as in claims.h. Says on_granted() or on_refused(), perhaps at once.
  void want(const Name& name, Policy policy, Time now) { claims_.want(name, policy, now); }
  void release(const Name& name, Time now) { claims_.release(name, now); }
  bool may_serve(const Name& name, Time now) const { return claims_.may_serve(name, now); }
  bool is_granted(const Name& name) const { return claims_.is_granted(name); }

  // To whom an event goes.
  std::vector<NodeId> interested(std::string_view realm, std::string_view topic) const {
    return elsewhere_.interested(realm, topic);
  }
  // Nodes with callees of that name, and how many. Those that are suspect are passed over.
  std::map<NodeName, uint32_t> callees(const Name& name, Time now) const;
  // None: there is no such node.
  std::optional<NodeId> peer(const NodeName& name) const;

  // Precondition: it is a peer, and this node has an incarnation.
  void send(const NodeId& to, std::string bytes);
  // The same of a call, which ends by end_call() or on_call_failed().
  void send_call(CallNumber call, const NodeId& to, std::string bytes);
  bool end_call(CallNumber call) { return mail_.end_call(call); }

  const Membership& membership() const { return membership_; }
  // It has a lease and a slot, has all that others offer, and all that it offers is confirmed.
  bool is_ready(Time now) const;
  // A peer that is not suspect, and knows all that users have been told is known.
  bool is_live(const NodeId& peer, Time now) const;
  uint64_t facts_gaps() const { return elsewhere_.gaps(); }

  // ---- what the backbone tells
  void on_announcement(const Announcement& said, Time now) override;
  void on_entries(const std::vector<Entry>& entries, bool is_all, Time now) override;
  void on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) override;
  void on_letter(const Letter& letter, Time now) override;

 private:
  // ---- what the parts tell
  void on_self(Time now) override;
  void on_peer(const NodeId& peer, Time now) override;
  void on_gone(const NodeId& peer, Time now) override;
  void on_granted(const Name& name, Time) override { user_.on_granted(name); }
  void on_refused(const Name& name, const NameEntry& by, Time) override { user_.on_refused(name, by); }

  void beat(Time now);
  void on_heartbeat(const Heartbeat& heartbeat, Time now);
  void tell_confirmed(Time now);

  const Timing timing_;
  Backbone& backbone_;
  NodeUser& user_;
  Membership membership_;
  Claims claims_;
  const Post post_;
  OwnFacts own_facts_;
  Elsewhere elsewhere_;
  OthersFacts others_facts_;
  NumberedMail mail_;
  std::optional<Time> beaten_at_;
  uint64_t told_confirmed_ = 0;
};

}  // namespace router::cluster

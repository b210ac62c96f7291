// Who may serve which procedure: names that nodes own or share, by compare-and-set.
//
// A name has a key as long as some node has callees for it. The key says the policy that all share, and which
// nodes are in it; of the policy "single" that is one, its owner. An incarnation that is gone counts for
// nothing there, so whoever wants the name writes the key anew. A node has one write of a name on its way at
// a time, and believes a key only while it has none: what it reads may be old, and only a compare-and-set
// tells. docs/design/cluster.md has the reasons.
//
// Pure: observations and the time in, writes to the backbone and calls of the observer out. One thread.
#pragma once

#include <map>
#include <optional>

#include "router/cluster/membership.h"
#include "router/cluster/words/backbone.h"

namespace router::cluster {

// Hears of it in the middle of a call of the claims, which it may ask but must not change.
class ClaimsObserver {
 public:
  virtual ~ClaimsObserver() = default;
  // The name has been wanted and is this node's now, or the node is one of those that share it.
  virtual void on_granted(const Name& name, Time now) = 0;
  // It is not wanted any longer: others have it, as `by` says. It may have been granted before, in an
  // incarnation that is gone.
  virtual void on_refused(const Name& name, const NameEntry& by, Time now) = 0;
};

class Claims {
 public:
  // All outlive it.
  Claims(const Timing& timing, const Membership& membership, Backbone& backbone, ClaimsObserver& observer)
      : timing_(timing), membership_(membership), backbone_(backbone), observer_(observer) {}

  // Precondition: it is not wanted.
  void want(const Name& name, Policy policy, Time now);
  // Precondition: it is wanted. What the node has of it is given back.
  void release(const Name& name, Time now);
  // It is wanted, and this incarnation of the node has it.
  bool is_granted(const Name& name) const;
  // Whether calls of an exclusive name may be served here at this moment.
  bool may_serve(const Name& name, Time now) const { return is_granted(name) && membership_.has_lease(now); }

  void tick(Time now);
  void on_entry(const Name& name, Revision revision, const Value& value, Time now);
  void on_outcome(const Name& name, Ticket ticket, Outcome outcome, Revision revision, Time now);
  // This node has another incarnation, or none.
  void on_self(Time now);

 private:
  struct Known {
    Revision revision = 0;
    std::optional<NameEntry> entry;  // none: nobody has it
    bool is_outdated = false;        // a write that expected this revision was refused
  };
  struct Wanted {
    Policy policy = Policy::single;
    bool is_granted = false;
  };
  struct Write {
    Ticket ticket = 0;
    Revision expected = 0;
    std::optional<NameEntry> entry;  // none: withdraw
    Time at{};
  };

  // Does what is to be done for a name by what is known of it now.
  void settle(const Name& name, Time now);
  void settle_wanted(const Name& name, Wanted& wanted, const Known& known, Time now);
  void settle_unwanted(const Name& name, const Known& known, Time now);
  void write(const Name& name, Revision expected, std::optional<NameEntry> entry, Time now);
  void send(const Name& name, const Write& write);
  bool is_mine(const Known& known) const;
  std::vector<NodeId> other_holders(const Known& known) const;

  const Timing& timing_;
  const Membership& membership_;
  Backbone& backbone_;
  ClaimsObserver& observer_;
  std::map<Name, Known> known_;
  std::map<Name, Wanted> wanted_;
  std::map<Name, Write> writes_;  // that are on their way
  Ticket last_ticket_ = 0;
};

}  // namespace router::cluster

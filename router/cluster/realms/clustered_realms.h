// The realms of this node on one side, its Node on the other: gathers what realms offer and want into few
// changes, and takes the answers to the realm that they are for.
//
// connect() and all that realms call may be called by any thread; the rest belongs to the node's. Whoever is
// the node's user passes on what the node says, and calls turn() after each thing that the node was told,
// with each of its ticks, and when woken. Outlives the realms' sessions.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "router/cluster/node.h"
#include "router/cluster/realms/realm_offers.h"

namespace router::cluster {

class ClusteredRealms {
 public:
  // `wake`: turn() is to be called soon; called with a realm's lock, so it must not block nor throw. One that
  // gets lost does no harm if turn() is called with each tick. The clock outlives this.
  ClusteredRealms(const Clock& clock, std::function<void()> wake)
      : wake_(std::move(wake)), lease_(std::make_shared<Lease>(clock)) {}

  // What the realm of that name is to have as its neighbours. One that had the name before has no members any
  // more.
  std::shared_ptr<Neighbours> connect(const std::string& realm, std::weak_ptr<NeighboursAnswers> answers);

  // ---- the node's thread

  // Tells the node what is new, and the realms what the node has said.
  void turn(Node& node, Time now);

  // What the node's user passes on.
  std::vector<Change> offered() const;
  void on_confirmed(uint64_t facts) { confirmed_ = facts; }
  void on_granted(const Name& name, Incarnation incarnation);
  void on_refused(const Name& name, const NameEntry& by);

 private:
  struct Announced {
    uint64_t number = 0;
    Ticket ticket = 0;
  };
  struct Part {
    std::shared_ptr<RealmOffers> offers;
    std::deque<Announced> announced;  // and not confirmed
    Ticket last = 0;                  // that was announced
  };
  struct Answer {
    std::shared_ptr<RealmOffers> to;
    Name name;
    Ticket ticket = 0;
    Incarnation granted_to = 0;  // 0: refused
    Policy by = Policy::single;
  };

  void take_new_parts();
  void follow_lease(const Node& node);
  void tell_changes(Node& node);
  void tell_names(Node& node, Time now);
  void answer();
  bool has_more() const;
  // That has asked for the name; null: nobody has.
  std::shared_ptr<RealmOffers> who_asked(const Name& name, Ticket& ticket) const;

  const std::function<void()> wake_;
  const std::shared_ptr<Lease> lease_;
  // Of the node's thread.
  std::vector<Part> parts_;  // by age
  std::vector<Answer> answers_;
  uint64_t last_number_ = 0, confirmed_ = 0;

  mutable Mutex mutex_{"the realms of a cluster"};
  std::vector<std::shared_ptr<RealmOffers>> new_ GUARDED_BY(mutex_);
};

}  // namespace router::cluster

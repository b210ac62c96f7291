// What nodes offer each other: subscribers and callees, as numbered changes.
//
// A node announces each change with the next number. Whoever has all changes up to a number confirms it, in a
// letter at once and in each heartbeat. Who finds a number missing, in a change or in a heartbeat, asks for a
// snapshot, which comes in parts of a bounded size. Numbers go on as long as the process lives; a new
// incarnation is unknown to all others first.
//
// Pure: observations and the time in, announcements and letters out. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "router/cluster/words/backbone.h"

namespace router::cluster {

class Membership;

// How letters go out: from this node's incarnation to that one.
using Content = decltype(Letter::content);
using Post = std::function<void(const NodeId& to, Content content)>;

// This node's own. It keeps no copy: who knows what is offered gives all of it for a snapshot.
class OwnFacts {
 public:
  using All = std::function<std::vector<Change>()>;

  // All outlive it.
  OwnFacts(const Timing& timing, const Membership& membership, Backbone& backbone, const Post& post, All all)
      : timing_(timing), membership_(membership), backbone_(backbone), post_(post), all_(std::move(all)) {}

  // What `all` gives has these changes in it. Their number.
  uint64_t change(std::vector<Change> changes);
  uint64_t number() const { return number_; }

  // The node is a peer.
  void on_confirmed(const NodeId& by, uint64_t number);
  void on_snapshot_wanted(const NodeId& by);
  void on_gone(const NodeId& peer) { confirmed_.erase(peer); }
  // A new incarnation: nobody knows anything of it.
  void on_self() { confirmed_.clear(); }

  // Up to this number every peer that is not suspect has confirmed all.
  uint64_t confirmed_by_all(Time now) const;
  uint64_t confirmed_by(const NodeId& peer) const;

 private:
  const Timing& timing_;
  const Membership& membership_;
  Backbone& backbone_;
  const Post& post_;
  const All all_;
  uint64_t number_ = 0;
  uint64_t last_answer_ = 0;
  std::map<NodeId, uint64_t> confirmed_;
};

// Who is told what others offer.
class FactsReceiver {
 public:
  virtual ~FactsReceiver() = default;
  virtual void on_changes(const NodeId& of, const std::vector<Change>& changes) = 0;
  // In place of all that was known of it.
  virtual void on_all(const NodeId& of, const std::vector<Change>& all) = 0;
  // Numbers of it were missing; a snapshot is asked for.
  virtual void on_facts_gap(const NodeId& of) = 0;
};

// The others'.
class OthersFacts {
 public:
  OthersFacts(const Timing& timing, const Post& post, FactsReceiver& receiver)
      : timing_(timing), post_(post), receiver_(receiver) {}

  // All of these come from peers. A heartbeat says the number of the last change.
  void on_changed(const FactsChanged& changed, Time now);
  void on_snapshot(const NodeId& from, const Snapshot& snapshot, Time now);
  void on_heartbeat(const NodeId& from, uint64_t number, Time now);
  void on_gone(const NodeId& peer) { known_.erase(peer); }

  // All of its facts up to this number are known.
  uint64_t known(const NodeId& of) const;
  // Nothing that it has told of is missing.
  bool is_whole(const NodeId& of) const;

 private:
  static constexpr size_t most_early = 1'000;

  struct Parts {
    uint64_t answer = 0;
    uint64_t next = 0;
    std::vector<Change> changes = {};
  };
  struct Known {
    uint64_t number = 0;
    uint64_t told = 0;      // the highest number of which anything was heard
    bool is_heard = false;  // a heartbeat has said how many there are
    std::optional<Time> asked_at = {};
    std::map<uint64_t, std::vector<Change>> early = {};  // came before the ones below them
    Parts parts = {};                                    // of a snapshot that is coming
  };

  static bool take_part(Known& known, const Snapshot& snapshot, Time now);
  void take_early(const NodeId& of, Known& known);
  void ask(const NodeId& of, Known& known, Time now);

  const Timing& timing_;
  const Post& post_;
  FactsReceiver& receiver_;
  std::map<NodeId, Known> known_;
};

}  // namespace router::cluster

// Stands between a node and the backplane, and makes it behave as if it had a flaw: what it hears or says is
// changed on the way. So the parts need no switches for that.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "tests/simulation/cluster/backplane.h"
#include "tests/simulation/cluster/flaw.h"

namespace cluster_simulation {

class Liar final : public Backbone, public BackboneListener {
 public:
  Liar(Flaw flaw, NodeName self) : flaw_(flaw), self_(std::move(self)) {}
  // Before anything is said.
  void stand_between(BackboneListener& node, Backbone& backbone) {
    node_ = &node;
    backbone_ = &backbone;
  }
  // What it says of its own accord.
  void pass(Time now);

  void announce(const Announcement& said) override;
  void claim(const Key& key, const Value& value, Revision expected, Ticket ticket) override;
  void withdraw(const Key& key, Revision expected, Ticket ticket) override;
  void send(const NodeName& to, const Letter& letter) override;

  void on_announcement(const Announcement& said, Time now) override;
  void on_entries(const std::vector<Entry>& entries, bool is_all, Time now) override;
  void on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) override;
  void on_letter(const Letter& letter, Time now) override;

 private:
  bool is(Flaw flaw) const { return flaw_ == flaw; }
  // The incarnations of this node, as it knows them and as others do.
  void mask(NodeId& id) const;
  void unmask(NodeId& id) const;
  Value as_told(Value value);
  Value as_heard(const Key& key, Value value) const;
  void fill_facts(const NodeId& from, uint64_t up_to, Time now);
  uint64_t renumbered(const NodeId& from, uint64_t number);

  const Flaw flaw_;
  const NodeName self_;
  BackboneListener* node_ = nullptr;
  Backbone* backbone_ = nullptr;
  Incarnation first_ = 0, present_ = 0;
  struct Lie {
    Key key;
    Ticket ticket = 0;
    Revision revision = 0;
  };
  std::vector<Lie> lies_;
  std::map<NodeId, uint64_t> facts_;  // the last number that it was told of
  struct Numbers {
    uint64_t real = 0, told = 0;
  };
  std::map<NodeId, Numbers> mail_;
  struct Parts {
    uint64_t answer = 0, next = 0;
  };
  std::map<NodeId, Parts> parts_;  // of the snapshot that comes
};

}  // namespace cluster_simulation

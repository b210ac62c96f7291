// What nodes need of the messaging system between them, and what it tells them: the seam behind which NATS
// is.
//
// All on one thread. Neither side calls the other back from within a call.
#pragma once

#include <cstdint>
#include <vector>

#include "router/cluster/words/words.h"

namespace router::cluster {

// Names a write to who asked for it. The same one again: the same write, tried again.
using Ticket = uint64_t;

enum class Outcome : uint8_t {
  accepted,
  refused,  // the key has another revision
  unknown,  // no answer came in time: it may be so, become so at any later time, or never
};

class Backbone {
 public:
  virtual ~Backbone() = default;

  // To all nodes, of which some or all may not hear it. What one node announces comes in that order.
  virtual void announce(const Announcement& said) = 0;

  // Writes a key if its revision is still `expected`; 0: if there was never one. There is one order of all
  // writes of all nodes, and an accepted one gets a revision above all before. The answer comes by
  // on_outcome(), perhaps late, perhaps never.
  virtual void claim(const Key& key, const Value& value, Revision expected, Ticket ticket) = 0;
  // The same with nothing as value.
  virtual void withdraw(const Key& key, Revision expected, Ticket ticket) = 0;

  // To one node, whole or not at all, in the order of sending; it may be lost, or come twice.
  virtual void send(const NodeName& to, const Letter& letter) = 0;
};

class BackboneListener {
 public:
  virtual ~BackboneListener() = default;

  virtual void on_announcement(const Announcement& said, Time now) = 0;

  // Keys have changed: in the order of their revisions, by any delay. Of a key that has changed several times
  // some changes may be left out (at the beginning, or after a cut), but never the last one; so a key may be
  // told before an older one that it depends on. `is_all`: when the last of these was sent, there was no
  // other to send. So with them all is told as it was at that revision. It may be said without entries.
  virtual void on_entries(const std::vector<Entry>& entries, bool is_all, Time now) = 0;

  // `revision`: of what was accepted.
  virtual void on_outcome(const Key& key, Ticket ticket, Outcome outcome, Revision revision, Time now) = 0;

  virtual void on_letter(const Letter& letter, Time now) = 0;
};

}  // namespace router::cluster

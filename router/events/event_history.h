// The last events of one subscription, in the order in which they were published ("Event History").
//
// Bounded by a number of events and of bytes; the oldest go out. An event's number is its place in the whole
// history since the start of the program, from 1. Guarded by the realm's lock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "router/events/kept_bytes.h"
#include "router/events/stored_event.h"
#include "router/tables/id_map.h"

namespace router::broker {

class EventHistory {
 public:
  // `charge` pays for them; `kept`: the bound of all realms.
  EventHistory(uint32_t max_events, uint64_t max_bytes, transport::Charge charge = {},
               std::shared_ptr<const KeptBytes> kept = KeptBytes::unlimited())
      : max_events_(max_events), max_bytes_(max_bytes), charge_(std::move(charge)), kept_(std::move(kept)) {}

  // An event that alone has too many bytes goes out at once, after all others. False: very many have to go
  // out for it, so drop_some() has to be called until it returns true.
  bool add(StoredEventRef event);
  // True: nothing is above the bounds.
  bool drop_some();

  size_t size() const { return events_.size(); }
  // Numbers of the oldest event there is, and of the one that comes next.
  uint64_t begin() const { return first_; }
  uint64_t end() const { return first_ + events_.size(); }
  const StoredEventRef& at(uint64_t number) const { return events_[number - first_].event; }
  // All events before this number are of an earlier time. Found in few steps, although the clock may have
  // been set back between two of them.
  uint64_t first_since(Timestamp time) const;
  std::optional<uint64_t> find(wamp::PublicationId publication) const;
  // Whether events have gone out.
  bool is_limit_reached() const { return limit_reached_; }

 private:
  struct Entry {
    StoredEventRef event;
    size_t bytes = 0;
    Timestamp latest;  // time of an event up to this one
  };

  const uint32_t max_events_;
  const uint64_t max_bytes_;
  std::deque<Entry> events_;
  IdMap<uint64_t> numbers_;  // by publication
  uint64_t first_ = 1;
  transport::Charge charge_;
  const std::shared_ptr<const KeptBytes> kept_;
  bool limit_reached_ = false;
};

}  // namespace router::broker

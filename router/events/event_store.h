// Where histories and retained events are kept for the time after a restart.
//
// The broker adds to it under the realm's lock, so add() neither waits nor writes; what becomes of a write is
// told later, by the store's own thread, to whoever made the store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/base/session_ref.h"
#include "router/events/stored_event.h"
#include "wamp/ids.h"

namespace router::broker {

// The publisher's request that is answered when its event is stored.
struct Acknowledgement {
  SessionRef to;
  wamp::RequestId request;
  wamp::PublicationId publication;
};

// What one publication changes.
struct StoreWrite {
  // A history, by its place in the configuration, and how many events it now has.
  struct Entry {
    size_t history = 0;
    size_t kept = 0;
  };

  StoredEventRef event;
  std::vector<Entry> histories;
  bool retained = false;
  std::string cleared_topic;  // not empty: this topic has no retained event any more, and that is all
  std::optional<Acknowledgement> acknowledgement;
};

// What was kept when the program ended, oldest first.
struct StoredEvents {
  std::vector<std::vector<StoredEventRef>> histories;  // by their places in the configuration
  std::vector<StoredEventRef> retained;
};

class EventStore {
 public:
  virtual ~EventStore() = default;
  // Whether add() may be called now.
  virtual bool has_room() const = 0;
  virtual void add(StoreWrite write) = 0;
  // A publication that was to be stored and is not, as there was no room; it is counted and logged.
  virtual void count_lost() = 0;
  // Writes what was added and ends. Nothing may be added afterwards.
  virtual void close() = 0;
};

struct OpenedStore {
  std::unique_ptr<EventStore> store;  // null: nothing outlasts the program
  StoredEvents stored;                // what it holds
};

}  // namespace router::broker

// The words of a cluster: who a node is, what it offers, what it owns, and what nodes tell each other.
//
// Plain data. How it becomes bytes, keys and subjects is the backbone's matter (backbone.h).
#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "router/base/boot_clock.h"
#include "wamp/uri.h"

namespace router::cluster {

// A lease ends also for who is not awake. The parts here never ask what time it is: whoever calls them says
// it.
using Time = BootTime;
using std::chrono::milliseconds;

// For how long a node is trusted, and how long others wait.
struct Timing {
  milliseconds lease{10'000};
  // What others wait beyond a lease before they evict: more than clocks that run 2 % apart differ in it.
  milliseconds least_margin{500};
  milliseconds heartbeat{300};
  milliseconds suspect_after{1'000};     // without a heartbeat
  milliseconds fail_calls_after{2'000};  // the same
  milliseconds retry{1'000};             // of a write or question that nobody has answered
  size_t snapshot_part{1'000};           // not a time: so many changes are in one letter at most

  // Of whose lease is so long.
  milliseconds margin(milliseconds of_lease) const { return std::max(least_margin, of_lease / 40); }
};

using NodeName = std::string;  // [A-Za-z0-9-]{1,32}
using Revision = uint64_t;     // of a key, in the order of all changes of all keys; 0: there was never one
// Which of the lives of a node, in ascending order; 0: none. A node has another one after each loss of its
// key.
using Incarnation = uint64_t;

struct NodeId {
  NodeName name;
  Incarnation incarnation = 0;

  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// ---- what outlasts processes: keys, each with a value

// A procedure, as the whole cluster knows it.
struct Name {
  std::string realm;
  std::string uri;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;

  friend auto operator<=>(const Name&, const Name&) = default;
};

// How a procedure is shared: the dealer's number of the invocation policy, of which only "single" matters
// here.
enum class Policy : uint8_t { single = 0 };
constexpr Policy last_policy{4};

// The beginning of the session ids that a node gives, so that no other one gives the same; 0: none.
using Slot = uint8_t;

struct NodeEntry {
  Incarnation incarnation = 0;
  uint64_t process = 0;  // by chance, to tell two processes of one name apart
  uint64_t write = 0;    // which of the process's writes it was
  milliseconds lease{};  // the node's own: others wait for this one, not for theirs
  Slot slot = 0;
  Revision slot_since = 0;  // of the key's first value with that slot; 0: this is it

  friend bool operator==(const NodeEntry&, const NodeEntry&) = default;
};

struct NameEntry {
  Policy policy = Policy::single;
  std::vector<NodeId> holders;  // those with callees, at least one; of a single one, its owner

  friend bool operator==(const NameEntry&, const NameEntry&) = default;
};

using Key = std::variant<NodeName, Name>;
// Nothing: the key was withdrawn.
using Value = std::variant<std::monostate, NodeEntry, NameEntry>;

struct Entry {
  Key key;
  Revision revision = 0;
  Value value;
};

// ---- what a node offers

struct Fact {
  enum class Kind : uint8_t { subscribers, callees } kind = Kind::subscribers;
  Name of;  // of subscribers: a topic or a pattern of topics

  friend auto operator<=>(const Fact&, const Fact&) = default;
};

struct Change {
  Fact fact;
  uint32_t count = 0;  // so many are there now; 0: none any longer

  friend bool operator==(const Change&, const Change&) = default;
};

// ---- what is said to all

struct Heartbeat {
  struct Other {
    Incarnation incarnation = 0;
    uint64_t facts = 0;  // of this node's facts, all up to this number are known
    uint64_t mail = 0;   // the number of the last mail that was sent to it

    friend bool operator==(const Other&, const Other&) = default;
  };

  NodeId from;
  uint64_t facts = 0;  // the number of its last facts
  std::map<NodeName, Other> others;
};

struct FactsChanged {
  NodeId from;
  uint64_t number = 0;  // from 1, without a gap, as long as the process lives
  std::vector<Change> changes;
};

using Announcement = std::variant<Heartbeat, FactsChanged>;

// ---- what is said to one

struct Confirmed {
  uint64_t facts = 0;  // all up to this number are known
};
struct SnapshotWanted {};
struct Snapshot {
  uint64_t number = 0;
  std::vector<Change> changes;  // of all, those of this part
  uint64_t part = 0;
  bool is_last = true;
  uint64_t answer = 0;  // which of its sender's snapshots the part is of
};
// Some of the addressee's mail did not come: these numbers, and all between them.
struct Missed {
  uint64_t first = 0, last = 0;

  friend bool operator==(const Missed&, const Missed&) = default;
};
// What must not get lost unnoticed.
struct Mail {
  uint64_t number = 0;  // from 1, for each pair of incarnations
  // What the router has to say (calls, their answers, events); or what has not come.
  std::variant<std::string, Missed> content;
};

// Whoever gets a letter that is for another incarnation than its present one ignores it.
struct Letter {
  NodeId from, to;
  std::variant<Confirmed, SnapshotWanted, Snapshot, Mail> content;
};

}  // namespace router::cluster

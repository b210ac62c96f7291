// A realm in numbers.
//
// Filled under its lock, in pieces; the rest needs no lock. One thread's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "router/directory/realm_state.h"
#include "router/insight/realm_insight.h"
#include "router/statistics/numbers.h"
#include "router/statistics/recent_denials.h"

namespace router::insight {

struct RealmNumbers {
  uint64_t sessions = 0, subscriptions = 0, registrations = 0, calls_in_flight = 0, retained_events = 0;
  uint64_t calls = 0, errors = 0, slow_calls = 0, publications = 0, events = 0, denials = 0, lost = 0;
  uint64_t queued = 0;  // of the sessions that are there
  Latencies latencies;

  void begin(RealmInsight& realm);
  // Under the realm's lock. True: there is more of it.
  bool collect_some(const RealmState& realm);
  // `brief`: as an entry of a list of realms.
  void append_to(wamp::Dict& details, bool brief) const;
  void add(const RealmNumbers& other);

 private:
  uint64_t from_ = 0;
};

// The result of wampd.stats.realm.
wamp::Dict details_of(const RealmNumbers& numbers, const RealmInsight& realm);

// The process: version, processor time, memory.
struct ProcessNumbers {
  double cpu_seconds = 0;
  uint64_t memory_bytes = 0;
};
ProcessNumbers process_numbers();

// The last denials of the realm, newest first.
std::vector<Denial> denials_of(const RealmInsight& realm);
// Of an entry of their list. `realm`: its name, if that is to be told.
wamp::Dict details_of(const Denial& denial, const std::string* realm = nullptr);

}  // namespace router::insight

// What is asked of an event history, and what it answers ("Receiving Event History").
//
// Pure. The realm's lock guards the history while a search reads it; what it returns needs no lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/events/event_history.h"
#include "wamp/result.h"

namespace router::broker {

struct HistoryQuery {
  bool reverse = false;
  std::optional<uint64_t> limit;
  std::optional<Timestamp> from_time, after_time, before_time, until_time;
  std::optional<std::string> topic;
  std::optional<wamp::PublicationId> from_publication, after_publication, before_publication,
      until_publication;
};

// Reads the filters by their names in the specification; `where` names the dictionary in errors.
wamp::Result<HistoryQuery> history_query(const wamp::Dict& filters, std::string_view where);

// Bounds of one answer, whatever the query's own limit is.
struct AnswerLimits {
  uint32_t events = 0;
  uint64_t bytes = 0;
};

struct HistorySelection {
  std::vector<StoredEventRef> events;  // in the order asked for
  uint64_t bytes = 0;                  // of memory, that these take
  bool has_more = false;               // the limits left events out that the filters had let through
  bool unknown_publication = false;  // one that a filter names is not in the history; so there are no events
};

// Looks for what a query asks for, some events at a time: between these the history may change. What has gone
// out of it is not found any more, and what has come since the search began is not either.
class HistorySearch {
 public:
  // Only events whose black- and whitelists admit the receiver; with `also_own` its own ones too, although it
  // wanted none of them when it published.
  HistorySearch(const HistoryQuery& query, bool also_own, const AnswerLimits& limits)
      : query_(query), also_own_(also_own), limits_(limits) {}

  // Looks at no more than `most` events. True: the selection is complete.
  bool go_on(const EventHistory& history, const Member& receiver, size_t most);
  HistorySelection& selection() { return selection_; }

 private:
  HistoryQuery query_;
  bool also_own_;
  AnswerLimits limits_;
  bool begun_ = false;
  uint64_t begin_ = 0, end_ = 0;  // the numbers of the events that have not been looked at
  HistorySelection selection_;
};

}  // namespace router::broker

// The retained events of a realm, by topic ("Event Retention").
//
// A topic has the last event that was for everybody and behind it those with black- or whitelists that were
// published since, at most max_restricted of them. What has expired is removed by the next calls, some with
// each, so that many which expire together take no long time; until then it is here. Guarded by the realm's
// lock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/events/kept_bytes.h"
#include "router/events/stored_event.h"
#include "router/events/topic_table.h"
#include "wamp/uri.h"

namespace router::broker {

// None is empty.
struct RetainedTopic {
  std::vector<StoredEventRef> events;
  size_t place = 0;  // in the TopicTable
};

class RetainedEvents {
 public:
  static constexpr size_t max_restricted = 16;

  // `charge` pays for them; `kept`: the bound of all realms.
  RetainedEvents(uint32_t max_events, uint64_t max_bytes, transport::Charge charge,
                 std::shared_ptr<const KeptBytes> kept)
      : max_events_(max_events), max_bytes_(max_bytes), charge_(std::move(charge)), kept_(std::move(kept)) {}

  // What is there already stays.
  void set_limits(uint32_t max_events, uint64_t max_bytes) {
    max_events_ = max_events;
    max_bytes_ = max_bytes;
  }
  // Puts the event in the place of its topic's others, or behind them if it is restricted. False if there is
  // no room for it: nothing has changed then.
  bool add(const StoredEventRef& event, Timestamp now);
  void remove(std::string_view topic);

  // visit(events, oldest first) for each topic that the pattern matches, until it returns false. Costs the
  // number of matches, and for a wildcard what TopicTable says.
  template <class Visit>
  void for_each_match(std::string_view pattern, wamp::MatchPolicy match, Timestamp now, Visit visit) {
    remove_expired(now);
    switch (match) {
      case wamp::MatchPolicy::exact:
        if (const auto found = topics_.find(pattern); found != topics_.end()) visit(found->second.events);
        break;
      case wamp::MatchPolicy::prefix:
        for (auto at = topics_.lower_bound(pattern); at != topics_.end() && at->first.starts_with(pattern);
             ++at)
          if (!visit(at->second.events)) break;
        break;
      case wamp::MatchPolicy::wildcard:
        table_.for_each_match(pattern, [&visit](RetainedTopic& topic) { return visit(topic.events); });
        break;
    }
  }

  size_t size() const { return size_; }
  uint64_t bytes() const { return charge_.bytes(); }

 private:
  using Events = std::vector<StoredEventRef>;
  using Topics = std::map<std::string, RetainedTopic, std::less<>>;

  // One more event of so many bytes, in the place of others.
  bool has_room_for(size_t bytes, size_t replaced, size_t replaced_bytes) const;
  Topics::iterator add_topic(const std::string& name);
  void remove_topic(Topics::iterator topic);
  void drop(Topics::iterator topic, size_t position);
  void remove_expired(Timestamp now);

  uint32_t max_events_;
  uint64_t max_bytes_;
  Topics topics_;     // in order, so that all with one beginning are neighbours
  TopicTable table_;  // of the same
  std::map<std::pair<Timestamp, wamp::PublicationId>, std::string> expiries_;  // topics, the nearest first
  size_t size_ = 0;
  transport::Charge charge_;
  const std::shared_ptr<const KeptBytes> kept_;
};

}  // namespace router::broker

// The retained events of a realm, by topic ("Event Retention").
//
// A topic has the last event that was for everybody and behind it those with black- or whitelists that were
// published since, at most max_restricted of them. What has expired is removed by the next call. Guarded by
// the realm's lock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/broker/stored_event.h"
#include "wamp/uri.h"

namespace router::broker {

class RetainedEvents {
 public:
  static constexpr size_t max_restricted = 16;

  RetainedEvents(uint32_t max_events, uint64_t max_bytes) : max_events_(max_events), max_bytes_(max_bytes) {}

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
  // number of matches, for a wildcard the number of components that stand for it, whatever else is retained.
  template <class Visit>
  void for_each_match(std::string_view pattern, wamp::MatchPolicy match, Timestamp now, Visit visit) {
    remove_expired(now);
    switch (match) {
      case wamp::MatchPolicy::exact:
        if (const auto found = topics_.find(pattern); found != topics_.end()) visit(found->second);
        break;
      case wamp::MatchPolicy::prefix:
        for (auto at = topics_.lower_bound(pattern); at != topics_.end() && at->first.starts_with(pattern);
             ++at)
          if (!visit(at->second)) break;
        break;
      case wamp::MatchPolicy::wildcard:
        match_wildcard("", pattern, visit);
        break;
    }
  }

  size_t size() const { return size_; }
  uint64_t bytes() const { return bytes_; }

 private:
  using Events = std::vector<StoredEventRef>;
  using Topics = std::map<std::string, Events, std::less<>>;

  template <class Visit>
  bool match_wildcard(const std::string& before, std::string_view pattern, Visit& visit);
  void drop(Topics::iterator topic, size_t position);
  void remove_expired(Timestamp now);

  uint32_t max_events_;
  uint64_t max_bytes_;
  Topics topics_;  // in order, so that all with one beginning are neighbours; none is empty
  std::map<std::pair<Timestamp, wamp::PublicationId>, std::string> expiries_;  // topics, the nearest first
  size_t size_ = 0;
  uint64_t bytes_ = 0;
};

// `before` is matched already and ends with a dot, or is empty. False if visit wants no more.
template <class Visit>
bool RetainedEvents::match_wildcard(const std::string& before, std::string_view pattern, Visit& visit) {
  const size_t dot = pattern.find('.');
  const std::string_view component = pattern.substr(0, dot);
  const bool is_last = dot == std::string_view::npos;
  if (!component.empty()) {
    std::string literal = before;
    literal += component;
    if (!is_last) return match_wildcard(literal += '.', pattern.substr(dot + 1), visit);
    const auto found = topics_.find(literal);
    return found == topics_.end() || visit(found->second);
  }
  // Each component that stands here once: behind the topics that begin with "x." come those with "x/" or
  // more.
  for (auto at = topics_.lower_bound(before); at != topics_.end() && at->first.starts_with(before);) {
    const size_t end = at->first.find('.', before.size());
    if (end == std::string::npos) {
      if (is_last && !visit(at->second)) return false;
      ++at;
      continue;
    }
    std::string next = at->first.substr(0, end + 1);
    if (!is_last && !match_wildcard(next, pattern.substr(dot + 1), visit)) return false;
    next.back() = '.' + 1;
    at = topics_.lower_bound(next);
  }
  return true;
}

}  // namespace router::broker

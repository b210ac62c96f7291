#include "router/taps/taps.h"

#include <algorithm>
#include <utility>

namespace router {
namespace {

constexpr std::string_view topic_prefix = "wampd.tap.";

bool matches(const TapFilter& filter, std::string_view uri) {
  if (uri.empty()) return false;
  switch (filter.match) {
    case wamp::MatchPolicy::exact:
      return uri == filter.uri;
    case wamp::MatchPolicy::prefix:
      return uri.starts_with(filter.uri);
    case wamp::MatchPolicy::wildcard:
      return wamp::matches_wildcard(filter.uri, uri);
  }
  return false;
}

}  // namespace

bool TapFilter::admits(const SeenMessage& message, wamp::SessionId its_session,
                       std::string_view its_authid) const {
  if (session && *session != its_session) return false;
  if (authid && *authid != its_authid) return false;
  if (!types.empty() && std::find(types.begin(), types.end(), message.type) == types.end()) return false;
  return uri.empty() || matches(*this, message.uri);
}

wamp::Dict TapFilter::details() const {
  wamp::Dict details;
  if (authid) details.append("authid", *authid);
  if (session) details.append("session", session->value);
  if (!uri.empty()) {
    details.append("uri", uri);
    details.append("match", wamp::name(match));
  }
  if (!types.empty()) {
    wamp::List names;
    for (const wamp::MessageType type : types) names.emplace_back(wamp::name(type));
    details.append("types", std::move(names));
  }
  if (sample > 1) details.append("sample", uint64_t{sample});
  return details;
}

std::string Tap::topic_of(uint64_t number) {
  return std::string(topic_prefix) + std::to_string(number);
}

wamp::Dict Tap::details() const {
  const auto duration = std::chrono::duration_cast<std::chrono::seconds>(until - begun);
  return {{"tap", number},
          {"topic", topic()},
          {"session", owner.value},
          {"authid", authid},
          {"start", iso_8601(start)},
          {"seconds", int64_t{duration.count()}},
          {"sent", sent},
          {"dropped", dropped},
          {"payload", payload},
          {"filter", filter.details()}};
}

std::optional<Tap> Taps::start(Tap tap, std::chrono::seconds duration, SteadyTime now) {
  const Lock lock(mutex_);
  if (taps_.size() >= most) return std::nullopt;
  tap.number = ++last_number_;
  tap.begun = now;
  tap.until = now + duration;
  taps_.push_back({std::move(tap)});
  return taps_.back().tap;
}

std::optional<Tap> Taps::stop(uint64_t number) {
  const Lock lock(mutex_);
  const auto found = std::find_if(taps_.begin(), taps_.end(),
                                  [&](const State& state) { return state.tap.number == number; });
  if (found == taps_.end()) return std::nullopt;
  Tap stopped = std::move(found->tap);
  taps_.erase(found);
  return stopped;
}

std::vector<Tap> Taps::all() const {
  std::vector<Tap> all;
  const Lock lock(mutex_);
  for (const State& state : taps_) all.push_back(state.tap);
  return all;
}

bool Taps::empty() const {
  const Lock lock(mutex_);
  return taps_.empty();
}

bool Taps::may_subscribe(std::string_view topic, wamp::SessionId session) const {
  const bool is_topic = topic.size() > topic_prefix.size() && topic.starts_with(topic_prefix) &&
                        topic.find_first_not_of("0123456789", topic_prefix.size()) == topic.npos;
  if (!is_topic) return true;
  const Lock lock(mutex_);
  return std::any_of(taps_.begin(), taps_.end(), [&](const State& state) {
    return state.tap.owner == session && state.tap.topic() == topic;
  });
}

bool Taps::is_owner(wamp::SessionId session) const {
  return std::any_of(taps_.begin(), taps_.end(),
                     [session](const State& state) { return state.tap.owner == session; });
}

std::vector<Taps::Showing> Taps::look(const SeenMessage& message, wamp::SessionId session,
                                      std::string_view authid, SteadyTime now, uint64_t chance,
                                      uint64_t& dropped) {
  constexpr std::chrono::seconds one_second(1);
  std::vector<Showing> showings;
  const Lock lock(mutex_);
  // What a tap shows is not shown to another one: they would show each other's events for ever.
  if (message.type == wamp::MessageType::event && is_owner(session)) return showings;
  for (State& state : taps_) {
    Tap& tap = state.tap;
    if (session == tap.owner || now >= tap.until || !tap.filter.admits(message, session, authid)) continue;
    if (tap.filter.sample > 1 && chance % tap.filter.sample != 0) continue;
    if (now >= state.second + one_second) {
      state.second = now;
      state.in_second = 0;
    }
    if (state.in_second >= most_per_second) {
      ++state.untold_dropped;
      ++tap.dropped;
      ++dropped;
      continue;
    }
    ++state.in_second;
    ++tap.sent;
    showings.push_back({tap.number, tap.owner, std::exchange(state.untold_dropped, 0),
                        tap.payload ? std::optional(tap.bytes) : std::nullopt});
  }
  return showings;
}

void Taps::on_lost(const Showing& showing) {
  const Lock lock(mutex_);
  for (State& state : taps_) {
    if (state.tap.number != showing.tap) continue;
    --state.tap.sent;
    ++state.tap.dropped;
    state.untold_dropped += showing.dropped + 1;
  }
}

}  // namespace router

// Who looks at the messages of a realm as they pass, and at which of them.
//
// A realm's. Any thread; a lock, which is taken only while somebody taps: the sessions' threads ask is_tapped
// of their branch before. Pure but for that: says what is to be shown to whom, and the realm shows it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "serializers/serializer.h"
#include "wamp/ids.h"
#include "wamp/message.h"
#include "wamp/message_type.h"
#include "wamp/uri.h"
#include "wamp/value.h"

namespace router {

// A message of a session that is established. What it refers to outlives it.
struct SeenMessage {
  bool is_from_client = false;
  wamp::MessageType type{};
  wamp::RequestId request = {};     // none: it has none
  std::string_view uri = {};        // empty: it has none
  std::string_view error_uri = {};  // of an ERROR
  size_t bytes = 0;                 // of its arguments
  // These, if they may be shown to who may see arguments; its count is 0 if not.
  serializers::Format format{};
  wamp::Payload payload = {};
};

struct TapFilter {
  std::optional<std::string> authid = std::nullopt;
  std::optional<wamp::SessionId> session = std::nullopt;
  std::string uri = {};  // empty: any, and messages without one
  wamp::MatchPolicy match = wamp::MatchPolicy::prefix;
  std::vector<wamp::MessageType> types = {};  // empty: all
  uint32_t sample = 1;                        // one of so many

  bool admits(const SeenMessage& message, wamp::SessionId its_session, std::string_view its_authid) const;
  wamp::Dict details() const;
};

struct Tap {
  uint64_t number = 0;
  wamp::SessionId owner;
  std::string authid;  // the owner's
  WallTime start;
  SteadyTime begun, until;
  TapFilter filter;
  bool payload = false;
  uint32_t bytes = 0;  // of a payload that is shown
  uint64_t sent = 0, dropped = 0;

  std::string topic() const { return topic_of(number); }
  static std::string topic_of(uint64_t number);
  // Of an entry of the list, for the meta API.
  wamp::Dict details() const;
};

class Taps {
 public:
  static constexpr size_t most = 8;
  static constexpr uint64_t most_per_second = 1000;
  static constexpr std::chrono::seconds time_to_subscribe{10};

  // Its number and its times are made here. None: there are as many as there may be.
  std::optional<Tap> start(Tap tap, std::chrono::seconds duration, SteadyTime now);
  // None: there is none of that number.
  std::optional<Tap> stop(uint64_t number);
  std::vector<Tap> all() const;
  bool empty() const;
  // Only the owner may subscribe to its topic; nobody to that of one that is no more.
  bool may_subscribe(std::string_view topic, wamp::SessionId session) const;

  // To whom a message is to be shown.
  struct Showing {
    uint64_t tap = 0;
    wamp::SessionId owner;
    uint64_t dropped = 0;             // since the last one
    std::optional<uint32_t> payload;  // the longest that is shown; none: no payload
  };
  // Events to who taps are shown to nobody. `chance`: any number. `dropped`: how many taps do not show it as
  // they have shown so many.
  std::vector<Showing> look(const SeenMessage& message, wamp::SessionId session, std::string_view authid,
                            SteadyTime now, uint64_t chance, uint64_t& dropped);
  // It could not be shown.
  void on_lost(const Showing& showing);

  struct Ended {
    Tap tap;
    std::string_view reason;  // "time", "session", "permission", "subscription"
  };
  // Takes out those that have ended. `is_there(session)`, `may_tap(tap)`, `is_subscribed(topic)`.
  template <class IsThere, class MayTap, class IsSubscribed>
  std::vector<Ended> take_ended(SteadyTime now, const IsThere& is_there, const MayTap& may_tap,
                                const IsSubscribed& is_subscribed) {
    std::vector<Ended> ended;
    const Lock lock(mutex_);
    std::erase_if(taps_, [&](const State& state) {
      const Tap& tap = state.tap;
      const bool had_time = now >= tap.begun + time_to_subscribe;
      const std::string_view reason = now >= tap.until                          ? "time"
                                      : !is_there(tap.owner)                    ? "session"
                                      : !may_tap(tap)                           ? "permission"
                                      : had_time && !is_subscribed(tap.topic()) ? "subscription"
                                                                                : "";
      if (!reason.empty()) ended.push_back({tap, reason});
      return !reason.empty();
    });
    return ended;
  }

 private:
  struct State {
    Tap tap;
    SteadyTime second{};          // when the present one began
    uint64_t in_second = 0;       // shown in it
    uint64_t untold_dropped = 0;  // since one was shown
  };

  bool is_owner(wamp::SessionId session) const REQUIRES(mutex_);

  mutable Mutex mutex_{"the taps"};
  std::vector<State> taps_ GUARDED_BY(mutex_);
  uint64_t last_number_ GUARDED_BY(mutex_) = 0;
};

}  // namespace router

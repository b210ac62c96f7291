// What the two ends of a call tell each other: the caller's half and the callee's, each on the thread of its
// session (router/dealer/party.h).
//
// What one end posts to the other comes in that order, and what comes for a call that has ended there is
// ignored.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "router/base/session_ref.h"
#include "router/callees/callee_slot.h"
#include "router/mail/routed_payload.h"
#include "wamp/message.h"
#include "wamp/uri.h"

namespace router {

// A call, for both ends. The number is the caller's session's own: it may use a request id again while an
// answer to the call that had it before is on its way.
struct CallId {
  SessionRef caller;
  uint64_t number = 0;
  wamp::RequestId request;  // CALL.Request
};

// To the callee: a call, or a further chunk of one.
struct Invoke {
  struct Facts {
    bool is_chunk = false;
    bool receive_progress = false;       // both ends want progressive results
    bool caller_takes_passthru = false;  // the caller knows payload passthru mode
  };
  Invoke(const SessionRef& callee, const CallId& id, wamp::RegistrationId registration, wamp::Dict&& details,
         RoutedPayload&& p, dealer::Reservation&& r, const Facts& f)
      : to(callee),
        call(id),
        message{{}, registration, std::move(details), {}},
        payload(std::move(p)),
        reservation(std::move(r)),
        facts(f) {}

  SessionRef to;
  CallId call;
  wamp::Invocation message;  // without its request id, which is the callee's session's
  RoutedPayload payload;
  dealer::Reservation reservation;
  Facts facts;
};

// What of a callee's room (router/callees/callee_room.h) one takes on its way.
inline size_t room_taken(const RoutedPayload& payload) {
  constexpr size_t usual_envelope = 128;
  return payload.bytes().size() + usual_envelope;
}

// To the caller.
struct Answer {
  enum class Kind : uint8_t {
    last,
    progress,     // more follow
    unavailable,  // the callee's own ERROR, for which another callee may get the call
    not_taken,    // the dealer's ERROR: no callee has got the call
  };
  // `m`: a CallResult or an Error, whose own payload is empty.
  template <class M>
  Answer(const CallId& call, M&& m, RoutedPayload&& p, Kind k = Kind::last)
      : to(call.caller),
        number(call.number),
        request(call.request),
        message(std::forward<M>(m)),
        payload(std::move(p)),
        kind(k) {}

  SessionRef to;
  uint64_t number = 0;
  wamp::RequestId request;
  std::variant<wamp::CallResult, wamp::Error> message;
  RoutedPayload payload;
  Kind kind = Kind::last;
};

// All that is short.
struct CallNotice {
  enum class Kind : uint8_t {
    // to the callee
    end,       // the caller waits for no answer any more
    end_kill,  // the same, and INTERRUPT with "killnowait"
    kill,      // INTERRUPT with "kill": the caller waits for the answer to that
    // to the caller
    granted,  // a callee is free for the call, which waited for it
    // to the source of a stream
    untaken,   // `from` does not take it
    too_much,  // nor will it before much else
    taken,     // `from` takes all again
    wanted,    // `from` waits for something else of the source
  };
  SessionRef to;
  Kind kind = Kind::end;
  CallId call;  // not of "taken" and "wanted"
  SessionRef from = {};
};

// To a callee that has given up a registration, or lost it, when no INVOCATION of it can come any more.
struct Fenced {
  SessionRef to;
  std::string procedure;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  wamp::Unregistered unregistered;
};

// Goes to all workers; the last that takes it out posts "fenced". Before that each of them has sent what
// it sends by a route that leads to the past registration.
struct Fence {
  struct State {
    State(uint32_t workers, Fenced&& word) : left(workers), last_word(std::move(word)) {}
    std::atomic<uint32_t> left;
    Fenced last_word;
  };
  std::shared_ptr<State> state;
};

}  // namespace router

// What a session asks for as a member of a realm: whether it may be asked now, waits for an authorizer, or is
// refused; and where it goes.
//
// Parts of a membership, on its worker's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "router/entrance/entrance.h"
#include "router/member/request_check.h"
#include "router/member/session_rules.h"
#include "router/member/waiting_requests.h"
#include "router/realm/realm.h"
#include "router/session/held_requests.h"
#include "router/session/seen_message.h"
#include "router/session/sender.h"
#include "router/tables/id_map.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"
#include "serializers/envelope/message_start.h"
#include "serializers/serializer.h"
#include "transport/memory/account.h"
#include "wamp/ids.h"
#include "wamp/message.h"
#include "wamp/result.h"

namespace router {

// A message that begins so answers an INVOCATION.
inline bool answers_invocation(const serializers::MessageStart& start) {
  return start.type == wamp::MessageType::yield ||
         (start.type == wamp::MessageType::error && start.request_type == wamp::MessageType::invocation);
}

// The request ids that a session's peer uses ("IDs": session scope), and which CALLs are further chunks of an
// earlier one ("Progressive Call Invocations").
//
// The specification demands 1, 2, 3 and so on. Many clients in use do not count so, so a realm asks for it
// only if its configuration says `"request_ids": "sequential"`; then an id that is not new is that of an
// earlier CALL. Without that a chunk is known by its CALL being unfinished: as long as the peer has not said
// that no more comes, also when the call has ended.
class RequestIds {
 public:
  // `sends_chunks`: the peer has announced progressive_call_invocations. Of more unfinished calls than
  // `most_unfinished` none is known any more. `charge` pays for them.
  RequestIds(bool sequential, bool sends_chunks, size_t most_unfinished, transport::Charge charge)
      : sequential_(sequential),
        sends_chunks_(sends_chunks),
        most_unfinished_(most_unfinished),
        unfinished_(sends_chunks ? std::make_unique<IdMap<Unfinished>>(std::move(charge)) : nullptr) {}

  // Whether the CALL, which has come now, is a further chunk. Once for each CALL, also if it is refused: what
  // follows the first chunk of a call belongs to it whatever has become of it.
  bool is_chunk(const wamp::Call& call) {
    return sends_chunks_ && is_chunk(call.request, !call.options.empty() && wants_more(call));
  }
  // The same for one of which no more is known. `more`: it is not the last chunk; none: perhaps.
  bool is_chunk(wamp::RequestId call, std::optional<bool> more) {
    if (!sends_chunks_) return false;
    if (sequential_) return call <= last_;
    return (more == true || !unfinished_->empty()) && note(call, more);
  }
  // Of a request that is none. An error: the id breaks the protocol.
  wamp::Result<void> take(wamp::MessageType type, wamp::RequestId request) {
    return sequential_ ? take_next(type, request) : wamp::Result<void>();
  }

 private:
  struct Unfinished {};

  static bool wants_more(const wamp::Call& call);
  // Whether the call was unfinished until now.
  bool note(wamp::RequestId call, std::optional<bool> more);
  wamp::Result<void> take_next(wamp::MessageType type, wamp::RequestId request);

  const bool sequential_, sends_chunks_;
  const size_t most_unfinished_;
  wamp::RequestId last_;                           // of a sequential realm
  std::unique_ptr<IdMap<Unfinished>> unfinished_;  // null: it sends no chunks
};

// What it refers to outlives it. An error means that the peer broke the protocol.
class Requests {
 public:
  // `resident`: the session. `authextra`, as authentication has made it, and `arrival` are for authorizers.
  Requests(Worker& worker, Resident& resident, Sender& sender, std::shared_ptr<Realm> realm, Seat& member,
           const Arrival& arrival, wamp::Dict authextra);

  // Whether a message that has come now is a further chunk of a progressive call.
  template <class M>
  bool is_chunk(const M& message);
  // True: the message is to be carried out now. False: it has been refused, or waits for an authorizer.
  template <SessionMessage M>
  wamp::Result<bool> admit(const M& message, std::string_view bytes, bool is_chunk);
  // The next of those that waited, if it need not wait any longer.
  std::optional<HeldRequests::Request> take_held() { return held_ ? held_->take() : std::nullopt; }
  // Often: what others could not tell it, as there was no memory.
  void look_again() {
    if (held_) held_->look_again();
  }
  // Carries out what was admitted; all but GOODBYE and ABORT, which are the session's.
  template <SessionMessage M>
  wamp::Result<void> route(M& message, bool is_chunk);

  // Of a message that is not taken. False: nobody can be told.
  wamp::Result<bool> refuse(const serializers::MessageStart& start, const Refusal& refusal);
  // Of one that the peer does not take, as it is too long: whoever waits for it gets an ERROR in its place.
  void refuse_too_long(const wamp::Message& message);

 private:
  // Where each message goes: one line for each type that a member may send (router/member/session_rules.h).
  // One without a line does not compile.
  using Done = wamp::Result<void>;
  Done to_realm(const wamp::Publish& m, bool) { return realm_->handle(member_, m, routed(m.payload)); }
  Done to_realm(const wamp::Subscribe& m, bool) { return realm_->handle(member_, m); }
  Done to_realm(const wamp::Unsubscribe& m, bool) { return realm_->handle(member_, m); }
  Done to_realm(const wamp::Call& m, bool is_chunk) {
    return is_chunk ? realm_->continue_call(member_, m, routed(m.payload))
                    : realm_->handle(member_, m, routed(m.payload));
  }
  Done to_realm(const wamp::Cancel& m, bool) { return realm_->handle(member_, m); }
  Done to_realm(const wamp::Register& m, bool) { return realm_->handle(member_, m); }
  Done to_realm(const wamp::Unregister& m, bool) { return realm_->handle(member_, m); }
  Done to_realm(const wamp::Yield& m, bool) { return realm_->handle(member_, m, routed(m.payload)); }
  Done to_realm(const wamp::Error& m, bool) { return realm_->handle(member_, m, routed(m.payload)); }
  RoutedPayload routed(const wamp::Payload& payload);
  // To those who tap.
  template <class M>
  void show(const M& message);

  // True: its id is that of a request that waits, so it has been refused; or it waits itself.
  template <class M>
  bool is_in_use_or_waits(const M& message, std::string_view bytes, bool is_chunk);
  bool holds(const wamp::Message& message, std::string_view bytes, bool is_chunk);

  // True: memory is short, and the message was refused for it.
  wamp::Result<bool> refuse_for_memory(wamp::MessageType type, std::string_view bytes, bool is_chunk);
  wamp::Result<bool> refuse(const serializers::MessageStart& start, const Refusal& refusal, bool is_chunk);
  wamp::Result<bool> refuse_request(const serializers::MessageStart& start, const Refusal& refusal,
                                    bool is_chunk);
  wamp::Result<void> refuse_answer(wamp::RequestId invocation, const Refusal& refusal);
  void refuse_id_in_use(wamp::MessageType type, wamp::RequestId request);
  void send_refusal(wamp::MessageType type, wamp::RequestId request, const Refusal& refusal);
  wamp::Result<void> end_call(wamp::RequestId call);

  Worker& worker_;
  Resident& resident_;
  Sender& sender_;
  const std::shared_ptr<Realm> realm_;
  Seat& member_;
  const Arrival& arrival_;
  const wamp::Dict authextra_;
  const transport::Charge charge_;  // for that
  RequestIds ids_;
  std::unique_ptr<HeldRequests> held_;  // since an authorizer was first asked
};

template <class M>
bool Requests::is_chunk(const M& message) {
  if constexpr (std::is_same_v<M, wamp::Call>)
    return ids_.is_chunk(message);
  else
    return false;
}

template <SessionMessage M>
wamp::Result<bool> Requests::admit(const M& message, std::string_view bytes, bool is_chunk) {
  constexpr SessionRule rule = *session_rule(M::type);
  if (member_.branch.is_tapped.load(std::memory_order_relaxed)) [[unlikely]]
    show(message);
  if (rule.role && !member_.features.has(*rule.role))
    return wamp::ProtocolError{"received " + std::string(wamp::name(M::type)) +
                               ", but HELLO did not announce the role for it"};
  if (worker_.memory_stage() >= MemoryStage::frugal) [[unlikely]] {
    const auto refused = refuse_for_memory(M::type, bytes, is_chunk);
    if (!refused) return refused.error();
    if (*refused) return false;
  }
  if constexpr (rule.new_request)
    if (!is_chunk)
      if (const auto taken = ids_.take(M::type, message.request); !taken) return taken.error();
  if (held_ || realm_->verdicts(member_) || !member_.waiting.empty()) [[unlikely]]
    return !is_in_use_or_waits(message, bytes, is_chunk);
  return true;
}

template <class M>
void Requests::show(const M& message) {
  wamp::Payload payload;
  if constexpr (requires { message.payload; }) payload = message.payload;
  realm_->show(member_, seen(message, true, sender_.format(), payload));
}

template <class M>
bool Requests::is_in_use_or_waits(const M& message, std::string_view bytes, bool is_chunk) {
  const auto answered = is_chunk ? std::nullopt : answered_request(message);
  if (answered && member_.waiting.has(M::type, *answered)) {
    refuse_id_in_use(M::type, *answered);
    return true;
  }
  if ((!held_ && !realm_->verdicts(member_)) || !holds(message, bytes, is_chunk)) return false;
  if (answered) member_.waiting.add(M::type, *answered);
  return true;
}

template <SessionMessage M>
wamp::Result<void> Requests::route(M& message, bool is_chunk) {
  if (!member_.waiting.empty() && !is_chunk) [[unlikely]]
    if (const auto answered = answered_request(message)) member_.waiting.remove(M::type, *answered);
  return to_realm(message, is_chunk);
}

}  // namespace router

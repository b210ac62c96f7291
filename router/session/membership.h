// What a session has as long as it is a member of a realm: all that it can do there, all that is delivered to
// it, and all that it has asked of others. What is posted for its calls it passes to the realm, which says
// what the peer is sent.
//
// Owned by its session from WELCOME to whatever ends the session, on its worker's thread. Mail for the
// session's address comes here while this exists and to nobody afterwards, so what was posted before can do
// nothing to a session that has left. Its destructor leaves the realm and takes back what it has asked of
// others, for which it needs no memory. It ends inside its own functions in one place only: when the realm
// has removed the member (Session::on_removed). Session, sender and worker outlive it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

#include "router/mail/delivery.h"
#include "router/member/request_ids.h"
#include "router/member/session_rules.h"
#include "router/member/waiting_requests.h"
#include "router/realm/realm.h"
#include "router/session/backpressure.h"
#include "router/session/held_requests.h"
#include "router/session/sender.h"
#include "router/worker/audiences.h"
#include "router/worker/worker.h"
#include "serializers/message_start.h"

namespace router {

class Session;

class Membership {
 public:
  // `authextra`: for authorizers. `expires`: when its authentication does.
  Membership(Worker& worker, Session& session, Sender& sender, std::shared_ptr<Realm> realm,
             Realm::Joined member, wamp::Dict authextra, std::optional<WallTime> expires);
  ~Membership();
  Membership(const Membership&) = delete;

  const SessionRef& ref() const { return member_->ref; }
  const Identity& identity() const { return *member_->identity; }
  const Realm& realm() const { return *realm_; }
  const config::SessionLimits& limits() const { return member_->limits(); }

  // ---- what the peer says: an error means that it broke the protocol

  // True: the message is to be carried out now. False: it has been refused, or waits for an authorizer.
  template <class M>
  wamp::Result<bool> admit(const M& message, std::string_view bytes, bool is_chunk);
  // Whether a message that has come now is a further chunk of a progressive call.
  template <class M>
  bool is_chunk(const M& message);
  // The next of those that waited, if it need not wait any longer.
  std::optional<HeldRequests::Request> take_held() { return held_ ? held_->take() : std::nullopt; }
  // One that was admitted; all but GOODBYE and ABORT, which are the session's.
  template <class M>
  wamp::Result<void> route(M& message, bool is_chunk);
  // Of a message that is not taken. False: nobody can be told.
  wamp::Result<bool> refuse(const serializers::MessageStart& start, const Refusal& refusal);
  // Nothing has come from the peer for long; something has again.
  void on_silent() { member_->callee->suspect.store(true, std::memory_order_relaxed); }
  void on_alive();

  // ---- what is posted to the session

  void deliver(Delivery& delivery);
  void deliver(EventRound& round, config::SlowConsumer policy);
  void obey(SessionOrder& order);
  void take(Invoke&& invoke);
  // An Answer, a CallNotice, or a Fenced.
  template <class CallMail>
  void take(CallMail&& mail) {
    realm_->take(*member_, std::move(mail), [this](const auto& message, RoutedPayload&& payload, bool is_of_stream) {
      this->send(message, std::move(payload), is_of_stream);
    });
  }
  EventSender& events() { return events_; }
  const EventSender& events() const { return events_; }
  Backpressure& backpressure() { return backpressure_; }

  // ---- what time brings

  // Often: what others could not tell it, as there was no memory.
  void look_again() {
    if (held_) held_->look_again();
  }
  bool has_expired(WallTime now) const { return expires_ && now >= *expires_; }
  // The peer, for which much waits, takes nothing.
  bool is_stuck(SteadyTime now, std::chrono::milliseconds patience) {
    return backpressure_.is_stuck(now, patience) || events_.is_stuck(now, patience);
  }
  // It waits for the answer to a call, or owes one.
  bool is_busy() const { return realm_->is_busy(*member_); }
  wamp::RequestId last_owed_invocation() const { return realm_->last_owed_invocation(*member_); }

 private:
  // `message`: one of the messages, or any. `is_of_stream`: its source is told if the peer does not take it.
  template <class M>
  void send(const M& message, RoutedPayload&& payload, bool is_of_stream);
  // True: the event is not for it, or it has been built around its payload, as it goes to nobody else.
  bool pass_over(EventRound& round, config::SlowConsumer policy);
  // True: its id is that of a request that waits, so it has been refused; or it waits itself.
  template <class M>
  bool is_in_use_or_waits(const M& message, std::string_view bytes, bool is_chunk);
  bool holds(const wamp::Message& message, std::string_view bytes, bool is_chunk);
  RoutedPayload routed(const wamp::Payload& payload);

  // True: memory is short, and the message was refused for it.
  wamp::Result<bool> refuse_for_memory(wamp::MessageType type, std::string_view bytes, bool is_chunk);
  wamp::Result<bool> refuse(const serializers::MessageStart& start, const Refusal& refusal, bool is_chunk);
  wamp::Result<bool> refuse_request(const serializers::MessageStart& start, const Refusal& refusal,
                                    bool is_chunk);
  wamp::Result<void> refuse_answer(wamp::RequestId invocation, const Refusal& refusal);
  void refuse_id_in_use(wamp::MessageType type, wamp::RequestId request);
  void send_refusal(wamp::MessageType type, wamp::RequestId request, const Refusal& refusal);
  wamp::Result<void> end_call(wamp::RequestId call);
  void refuse_too_long(const wamp::Message& message);

  Worker& worker_;
  Session& session_;
  Sender& sender_;
  const std::shared_ptr<Realm> realm_;
  const Realm::Joined member_;  // leaves when all that is below has gone
  const wamp::Dict authextra_;
  const transport::Charge charge_;         // for that
  const std::optional<WallTime> expires_;  // none: never
  RequestIds request_ids_;
  std::shared_ptr<const wamp::Dict> extra_;  // the member's
  EventSender events_;
  Backpressure backpressure_;
  std::unique_ptr<HeldRequests> held_;  // since an authorizer was first asked
};

// Once for each subscriber, so what is seldom asked stands aside.
inline void Membership::deliver(EventRound& round, config::SlowConsumer policy) {
  if (round.may_pass_over() && pass_over(round, policy)) return;
  events_.deliver(round.frame(sender_.format(), sender_.framing()), policy, round.share());
}

template <class M>
void Membership::send(const M& message, RoutedPayload&& payload, bool is_of_stream) {
  transport::BufferRef frame = sender_.encode(message, std::move(payload));
  if (!sender_.takes(frame)) [[unlikely]]
    return refuse_too_long(message);
  const size_t bytes = frame->size();
  sender_.send(message, std::move(frame));
  backpressure_.on_sent(message, bytes, is_of_stream);
}

template <class M>
wamp::Result<bool> Membership::admit(const M& message, std::string_view bytes, bool is_chunk) {
  constexpr std::optional<SessionRule> rule = session_rule(M::type);
  if constexpr (!rule) {
    return wamp::ProtocolError{"received " + std::string(wamp::name(M::type)) +
                               " after the session was established"};
  } else {
    if (rule->role && !member_->features.has(*rule->role))
      return wamp::ProtocolError{"received " + std::string(wamp::name(M::type)) +
                                 ", but HELLO did not announce the role for it"};
    if (worker_.memory_stage() >= MemoryStage::frugal) [[unlikely]] {
      const auto refused = refuse_for_memory(M::type, bytes, is_chunk);
      if (!refused) return refused.error();
      if (*refused) return false;
    }
    if constexpr (rule->new_request)
      if (!is_chunk)
        if (const auto taken = request_ids_.take(M::type, message.request); !taken) return taken.error();
    if (held_ || realm_->verdicts(*member_) || !member_->waiting.empty()) [[unlikely]]
      return !is_in_use_or_waits(message, bytes, is_chunk);
    return true;
  }
}

template <class M>
bool Membership::is_in_use_or_waits(const M& message, std::string_view bytes, bool is_chunk) {
  const auto answered = is_chunk ? std::nullopt : answered_request(message);
  if (answered && member_->waiting.has(M::type, *answered)) {
    refuse_id_in_use(M::type, *answered);
    return true;
  }
  if ((!held_ && !realm_->verdicts(*member_)) || !holds(message, bytes, is_chunk)) return false;
  if (answered) member_->waiting.add(M::type, *answered);
  return true;
}

template <class M>
bool Membership::is_chunk(const M& message) {
  if constexpr (std::is_same_v<M, wamp::Call>)
    return request_ids_.is_chunk(message);
  else
    return false;
}

template <class M>
wamp::Result<void> Membership::route(M& message, bool is_chunk) {
  if (!member_->waiting.empty() && !is_chunk) [[unlikely]]
    if (const auto answered = answered_request(message)) member_->waiting.remove(M::type, *answered);
  if constexpr (std::is_same_v<M, wamp::Call>) {
    RoutedPayload payload = routed(message.payload);
    return is_chunk ? realm_->continue_call(*member_, message, std::move(payload))
                    : realm_->handle(*member_, message, std::move(payload));
  } else if constexpr (requires { realm_->handle(*member_, message, RoutedPayload()); }) {
    return realm_->handle(*member_, message, routed(message.payload));
  } else if constexpr (requires { realm_->handle(*member_, message); }) {
    return realm_->handle(*member_, message);
  } else {
    assert(false && "the session's rules let a message through that has no route");
    return {};
  }
}

}  // namespace router

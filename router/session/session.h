// One peer's session: the state machine between a connection's messages and a realm.
//
// Owned by its connection, lives on its worker's thread. Everybody else holds its SessionRef. A connection
// may carry several sessions one after the other: after GOODBYE it waits for the next HELLO. It has ended
// before its worker goes, and is destroyed with its connection, by the worker's loop. What is delivered to it
// and what it asks of a realm is its Membership's, while it has one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "router/base/session_ref.h"
#include "router/entrance/admission.h"
#include "router/entrance/entrance.h"
#include "router/session/membership.h"
#include "router/session/sender.h"
#include "router/worker/address.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"
#include "transport/loop/loop.h"

namespace router {

class Session final : public transport::Receiver, public Membership::Home, private Admission::Desk {
 public:
  Session(Worker& worker, std::shared_ptr<const Entrance> entrance, serializers::Format format,
          Arrival arrival = {});

  void on_open(transport::Connection& connection) override;
  void on_message(std::span<char> bytes) override;
  void on_read_end() override { worker_.deliver_mail(); }
  bool on_oversized(std::string_view beginning) override;
  void on_closed(const transport::CloseReason& reason) override;

  void on_silent() override;
  void on_alive() override;
  void on_give_way(size_t held) override;
  size_t shared_bytes() const override { return membership_ ? membership_->shared_bytes() : 0; }

  // The realm has removed this session from its members.
  void on_removed(const wamp::Goodbye& farewell) override;

  transport::Connection& connection() const override { return *connection_; }
  void on_turn_end(TurnEnd why) override;
  bool catch_up(CatchUpBudget& budget) override;
  // A peer that takes too long to say HELLO or GOODBYE, or takes nothing of a stream, is closed.
  void sweep(SteadyTime now) override;
  // Who is in no realm is closed at once.
  void begin_drain(std::chrono::milliseconds after) override;
  // GOODBYE if it is time: when calls in flight have ended, or the deadline is over. The connection is closed
  // when the peer has answered.
  void continue_drain(const Drain& drain) override;
  void end() override { on_closed({transport::close_code::going_away, false, "the router stops"}); }

 private:
  enum class State : uint8_t {
    closed,       // no session; HELLO opens one
    admitting,    // between HELLO and WELCOME
    refusing,     // ABORT comes when somebody who guesses has waited long enough
    established,  // a member of a realm
    closing,      // we have sent GOODBYE and wait for the peer's
  };

  // Decodes the message and calls take(M&) for it.
  template <class Take>
  wamp::Result<void> decode(std::string_view bytes, const serializers::ValueLimits& limits, Take take);
  serializers::ValueLimits value_limits() const;
  template <class M>
  void take(M& message, std::string_view bytes);
  // Who has left may still answer what it was asked as an earlier session of this connection, also when the
  // next one has begun.
  template <class M>
  bool is_late_answer(const M& message) const;
  bool is_late_answer(const serializers::MessageStart& start) const;
  void on_message_while_closed(const wamp::Message& message);
  void on_message_while_admitting(const wamp::Message& message);
  void on_message_while_closing(const wamp::Message& message);
  template <class M>
  void take_while_established(M& message, std::string_view bytes);
  // Whoever waits for a message that is not taken is told why. False: nobody can be told.
  bool refuse_untaken(const std::optional<serializers::MessageStart>& start, const Refusal& refusal,
                      Counter& counter, std::string_view what);
  // A message that costs no more than the request that it is.
  void refuse(std::string_view bytes, const std::string& problem);
  template <SessionMessage M>
  void carry_out(M& message, bool is_chunk);
  void on_goodbye(const wamp::Goodbye& message);
  void on_abort(const wamp::Abort& message);

  void open_session(const wamp::Hello& hello);
  void on_challenge(const auth::Challenge& challenge) override;
  void on_accepted(const auth::Accepted& accepted) override;
  void on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) override;
  // Null, or why not.
  std::optional<Refusal> join(const auth::Accepted& accepted);
  void end_admission();
  void welcome(const wamp::Dict& authextra);
  auth::Cookies* cookies() const;  // null: none are tracked, or the client has none
  void remember_cookie(const auth::Accepted& accepted);
  void forget_cookie();
  // Ends the membership when all that was answered before has gone out; the connection stays. False: a kill
  // was among that, so the last word has been said. Never while mail is delivered.
  [[nodiscard]] bool leave(std::string_view why, Counter& counter);
  // Needs no memory.
  void end_membership(std::string_view why, Counter& counter) noexcept;
  void on_expired();
  void say_goodbye(const wamp::Goodbye& message);
  // Both sides have said GOODBYE.
  void await_next_hello();
  // For AUTHENTICATE, as clients may need seconds to derive a key from a password, and for HELLO after
  // GOODBYE, before which they may ask somebody who wants to come in next.
  std::chrono::milliseconds long_patience() const;
  // Its messages have filled another worker's mailbox.
  void wait_for_worker(const Mailbox& mailbox);
  void end_waiting();
  // Some of the requests that waited for an authorizer need not wait any longer.
  void carry_out_held();

  WorkerCounters& counters() { return worker_.counters(); }
  // ABORT and close: the one place that answers a peer which broke the protocol.
  void violate(std::string_view what);
  void abort(std::string_view reason, std::string_view what);
  // The same of what the log has already.
  void say_abort(std::string_view reason, std::string_view what);
  // Who somebody says to be who is not let in.
  struct Claim {
    std::string_view realm, authid, method;
  };
  void log_refusal(const Claim& claim, std::string_view uri, const std::string& why) const;
  void log_close(const std::string& why) const;

  Worker& worker_;
  std::shared_ptr<const Entrance> entrance_;
  const serializers::Format format_;
  const Arrival arrival_;
  transport::Connection* connection_ = nullptr;    // from on_open to on_closed
  std::optional<Sender> sender_;                   // likewise
  transport::Loop::Clock::time_point deadline_{};  // of HELLO, of AUTHENTICATE, of a held back ABORT, or of
                                                   // the answer to GOODBYE; zero: none
  transport::Charge charge_;                       // for all of this
  uint64_t untaken_messages_ = 0;                  // of the peer, which were refused as they came

  State state_ = State::closed;
  std::optional<Address> address_;                   // while admitting; then its membership's
  std::unique_ptr<Admission> admission_;             // likewise
  std::optional<wamp::ClientFeatures> features_;     // likewise
  std::optional<auth::Refused> refused_;             // while refusing
  std::unique_ptr<Membership> membership_;           // while established
  wamp::RequestId last_owed_invocation_;             // of past sessions; none: they have answered all
  const Mailbox* waits_for_ = nullptr;               // of another worker
  transport::Loop::Clock::time_point drained_at_{};  // when it is to be told that the router shuts down
};

}  // namespace router

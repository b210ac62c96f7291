// One peer's session: the state machine between a connection's messages and a realm.
//
// Owned by its connection, lives on its worker's thread. Everybody else holds its SessionRef. A connection
// may carry several sessions one after the other: after GOODBYE it waits for the next HELLO. It has ended
// before its worker goes, and is destroyed with its connection, by the worker's loop.
//
// What happens in a state is the affair of a part: of the reception on the way in, of the membership in a
// realm, and of the farewell before, between and after sessions. Here is which message in which state goes
// where, and what leads from one state to the next.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "router/base/counters.h"
#include "router/entrance/entrance.h"
#include "router/member/request_check.h"
#include "router/session/farewell.h"
#include "router/session/mailbox_wait.h"
#include "router/session/membership.h"
#include "router/session/reception.h"
#include "router/session/sender.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"
#include "serializers/envelope/message_start.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"

namespace router {

class Session final : public transport::Receiver, public Membership::Home, private Reception::Host {
 public:
  Session(Worker& worker, std::shared_ptr<const Entrance> entrance, serializers::Format format,
          Arrival arrival = {});

  // ---- what its connection brings

  void on_open(transport::Connection& connection) override;
  void on_message(std::span<char> bytes) override;
  void on_read_end() override { worker_.deliver_mail(); }
  bool on_oversized(std::string_view beginning) override;
  void on_silent() override;
  void on_alive() override;
  void on_give_way(size_t held) override;
  size_t shared_bytes() const override { return membership_ ? membership_->shared_bytes() : 0; }
  void on_closed(const transport::CloseReason& reason) override;

  // Ends it as an administrator does; the peer is to answer GOODBYE. Nothing if it is in no realm. Never
  // while mail is delivered.
  void kill(std::string_view message);

  // ---- what its worker brings; mail goes to the membership

  transport::Connection& connection() const override { return sender_->connection(); }
  void on_turn_end(TurnEnd why) override;
  bool catch_up(CatchUpBudget& budget) override;
  // A peer that takes too long to say something, or takes nothing of what waits for it, is closed.
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
  State state() const;

  // ---- which message goes where

  template <class M>
  void take(M& message, std::string_view bytes);
  // In all states but `established`.
  void take_outside(const wamp::Message& message);
  template <SessionMessage M>
  void carry_out(M& message, bool is_chunk);
  void carry_out_held();
  // Whoever waits for a message that is not taken is told why. False: nobody can be told.
  bool refuse_untaken(const std::optional<serializers::MessageStart>& start, const Refusal& refusal,
                      Counter& counter, std::string_view what);

  // ---- from one state to the next

  void on_joined(Membership::Admitted&& admitted) override;
  void on_removed(const wamp::Goodbye& farewell) override;
  // Ends the membership when all that was answered before has gone out; the connection stays. False: a kill
  // was among that, so the last word has been said. Never while mail is delivered.
  [[nodiscard]] bool leave(std::string_view why, Counter& counter);
  // Needs no memory.
  void end_membership(std::string_view why, Counter& counter) noexcept;
  // ABORT and close: the one place that answers a peer which broke the protocol.
  void violate(std::string_view what);
  void abort(std::string_view reason, std::string_view what);
  // The same of what the log has already.
  void turn_away(std::string_view reason, std::string_view what) override;

  Worker& worker_;
  std::shared_ptr<const Entrance> entrance_;
  const serializers::Format format_;
  const Arrival arrival_;
  transport::Charge charge_;       // for all of this
  uint64_t untaken_messages_ = 0;  // of the peer, which were refused as they came
  SteadyTime drained_at_{};        // when it is to be told that the router shuts down
  std::optional<Sender> sender_;   // from on_open to on_closed, like the next two
  std::optional<Farewell> farewell_;
  std::optional<MailboxWait> mailbox_wait_;
  std::unique_ptr<Reception> reception_;    // while admitting or refusing
  std::unique_ptr<Membership> membership_;  // while established
};

}  // namespace router

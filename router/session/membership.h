// What a session has as long as it is a member of a realm: what it may ask for, what is delivered to it, and
// all that it has asked of others. What is posted for its calls it passes to the realm, which says what the
// peer is sent.
//
// Owned by its session from WELCOME to whatever ends the session, on its worker's thread. Its address leads
// here while this exists and to nobody afterwards, so what was posted before can do nothing to a session that
// has left. Its destructor leaves the realm and takes back what it has asked of others, for which it needs no
// memory. It ends inside its own functions in one place only: when the realm has removed the member
// (Home::on_removed). What it refers to outlives it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "router/auth/login.h"
#include "router/entrance/entrance.h"
#include "router/mail/delivery.h"
#include "router/realm/realm.h"
#include "router/session/backpressure.h"
#include "router/session/requests.h"
#include "router/session/seen_message.h"
#include "router/session/sender.h"
#include "router/worker/address.h"
#include "router/worker/audiences.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"

namespace router {

class Membership final : public Addressee, private EventSender::Watcher {
 public:
  // The session.
  class Home : public Resident {
   public:
    // The realm has removed it from its members. Ends the membership.
    virtual void on_removed(const wamp::Goodbye& farewell) = 0;

   protected:
    ~Home() = default;
  };
  // What a client has got that was let in.
  struct Admitted {
    Address address;
    std::shared_ptr<Realm> realm;
    Realm::Joined member;
    const auth::Accepted& login;  // while the membership is made
  };
  Membership(Worker& worker, Home& home, Sender& sender, const Arrival& arrival, Admitted&& admitted);
  ~Membership();

  const Identity& identity() const { return *member_->identity; }
  const Realm& realm() const { return *realm_; }
  const config::SessionLimits& limits() const { return member_->limits(); }
  Requests& requests() { return requests_; }

  // Nothing has come from the peer for long; something has again.
  void on_silent() { member_->callee->suspect.store(true, std::memory_order_relaxed); }
  void on_alive();

  // ---- mail for its address

  void on_out_of_memory() override { sender_.connection().on_out_of_memory(); }
  void deliver(Delivery& delivery) override;
  void deliver(EventRound& round, config::SlowConsumer policy) override;
  void deliver(KeptEvents& events) override { events_.send_kept(std::move(events)); }
  void obey(SessionOrder& order) override;
  void take(Invoke&& invoke) override;
  void take(Answer&& answer) override { take_any(std::move(answer)); }
  void take(CallNotice&& notice) override { take_any(std::move(notice)); }
  void take(Fenced&& fenced) override { take_any(std::move(fenced)); }

  // ---- what time brings

  // At the end of a turn: what waits for the peer, if it has caught up or has room.
  void check_pressure() { backpressure_.check(); }
  bool catch_up(CatchUpBudget& budget) { return events_.catch_up(budget); }
  size_t shared_bytes() const { return events_.shared_bytes(); }
  bool has_expired(WallTime now) const { return expires_ && now >= *expires_; }
  // The peer, for which much waits, takes nothing.
  bool is_stuck(SteadyTime now, std::chrono::milliseconds patience) {
    return backpressure_.is_stuck(now, patience) || events_.is_stuck(now, patience);
  }
  // It waits for the answer to a call, or owes one.
  bool is_busy() const { return realm_->is_busy(*member_); }
  // Once a second: what it has counted, for any thread.
  void tell_numbers(SteadyTime now) noexcept;
  wamp::RequestId last_owed_invocation() const { return realm_->last_owed_invocation(*member_); }

 private:
  // What is posted for its calls.
  template <class CallMail>
  void take_any(CallMail&& mail);
  // `message`: one of the messages, or any. `is_of_stream`: its source is told if the peer does not take it.
  template <class M>
  void send(const M& message, RoutedPayload&& payload, bool is_of_stream);
  // True: the event is not for it, or it has been built around its payload, as it goes to nobody else.
  bool pass_over(EventRound& round, config::SlowConsumer policy);
  // Somebody may want to see its messages.
  bool is_tapped() const { return events_.is_watched(); }
  void on_sent(const wamp::Event& event, const RoutedPayload& payload) override { show(event, payload); }
  void on_sent(const wamp::Message& message, const RoutedPayload& payload) override {
    show(message, payload);
  }
  template <class M>
  void show(const M& message, const RoutedPayload& payload);

  SteadyTime numbers_told_{};
  Home& home_;
  Sender& sender_;
  const std::shared_ptr<Realm> realm_;
  const Realm::Joined member_;               // leaves when all that is below has gone
  const std::optional<WallTime> expires_;    // its authentication does; none: never
  std::shared_ptr<const wamp::Dict> extra_;  // the member's
  EventSender events_;
  Backpressure backpressure_;
  Requests requests_;
  Address address_;  // goes first
};

template <class CallMail>
void Membership::take_any(CallMail&& mail) {
  realm_->take(*member_, std::move(mail),
               [this](const auto& message, RoutedPayload&& payload, bool is_of_stream) {
                 this->send(message, std::move(payload), is_of_stream);
               });
}

template <class M>
void Membership::show(const M& message, const RoutedPayload& payload) {
  if constexpr (std::is_same_v<M, wamp::Message>)
    std::visit([&](const auto& one) { this->show(one, payload); }, message);
  else
    realm_->show(*member_, seen(message, false, payload.format, {payload.bytes(), payload.count}));
}

template <class M>
void Membership::send(const M& message, RoutedPayload&& payload, bool is_of_stream) {
  if (is_tapped()) [[unlikely]]
    show(message, payload);
  transport::BufferRef frame = sender_.encode(message, std::move(payload));
  if (!sender_.takes(frame)) [[unlikely]]
    return requests_.refuse_too_long(message);
  const size_t bytes = frame->size();
  sender_.send(message, std::move(frame));
  backpressure_.on_sent(message, bytes, is_of_stream);
}

}  // namespace router

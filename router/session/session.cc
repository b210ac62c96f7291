#include "router/session/session.h"

#include <cassert>
#include <type_traits>
#include <utility>

#include "router/base/log.h"
#include "router/member/session_rules.h"
#include "router/memory/holding.h"
#include "router/memory/value_bytes.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

std::string type_name(const wamp::Message& message) {
  return std::string(wamp::name(wamp::type_of(message)));
}

// Who is thrown out, or logs out, must not be back at once.
void forget_cookie(const Entrance& entrance, const Arrival& arrival) {
  if (auto* const cookies = cookies_of(entrance, arrival)) cookies->forget(*arrival.cookie);
}

}  // namespace

Session::Session(Worker& worker, std::shared_ptr<const Entrance> entrance, serializers::Format format,
                 Arrival arrival)
    : worker_(worker), entrance_(std::move(entrance)), format_(format), arrival_(std::move(arrival)) {}

Session::State Session::state() const {
  if (membership_) return State::established;
  if (reception_) return reception_->is_refusing() ? State::refusing : State::admitting;
  return farewell_->awaits_goodbye() ? State::closing : State::closed;
}

// ---- which message goes where

void Session::on_message(std::span<char> bytes) {
  const std::string_view text(bytes.data(), bytes.size());
  auto take_it = [this, text](auto& message) { take(message, text); };
  // Before there is a role the defaults must do.
  const auto limits = value_limits(membership_ ? membership_->limits() : config::SessionLimits());
  const auto decoded = serializers::decode(format_, text, worker_.scratch(),
                                           {static_cast<int>(entrance_->transport.limits.max_depth), limits},
                                           serializers::MessageTaker(take_it));
  if (decoded) return;
  const wamp::ProtocolError& error = decoded.error();
  sender_->record().count_received(bytes.size());
  if (!error.is_refusable) return violate(error.message);
  auto start = serializers::decode_start(format_, text, worker_.scratch());
  // It stands first where clients have an order, and an answer that is not expected ends their session.
  if (start && !start->acknowledge) start->acknowledge = false;
  if (refuse_untaken(start, {wamp::error_uri::invalid_argument, error.message},
                     worker_.counters().lost_excess, "what is refused (" + error.message + ")"))
    return;
  abort(membership_ ? wamp::error_uri::protocol_violation : wamp::error_uri::invalid_argument, error.message);
}

template <class M>
void Session::take(M& message, std::string_view bytes) {
  worker_.counters().received.add<M>();
  sender_->record().count_received(bytes.size());
  if constexpr (std::is_same_v<M, wamp::Call>) ++sender_->record().calls;
  if (farewell_->is_late_answer(message)) return;
  if (!membership_) return take_outside(std::move(message));
  if constexpr (SessionMessage<M>) {
    Requests& requests = membership_->requests();
    const bool is_chunk = requests.is_chunk(message);
    const auto admitted = requests.admit(message, bytes, is_chunk);
    if (!admitted) return violate(admitted.error().message);
    if (*admitted) carry_out(message, is_chunk);
  } else {
    violate("received " + std::string(wamp::name(M::type)) + " after the session was established");
  }
}

void Session::take_outside(const wamp::Message& message) {
  const auto close = [this] { connection().close(transport::close_code::normal, "the peer aborted"); };
  const bool aborts = std::holds_alternative<wamp::Abort>(message);
  switch (state()) {
    case State::closed:
      if (const auto* const hello = std::get_if<wamp::Hello>(&message)) {
        farewell_->on_hello();
        entrance_ = latest(std::move(entrance_));
        reception_ = std::make_unique<Reception>(worker_, static_cast<Reception::Host&>(*this), *sender_,
                                                 *farewell_, *entrance_, arrival_);
        return reception_->hello(*hello);
      }
      if (aborts) return close();
      return violate("received " + type_name(message) + " before a session was established, expected HELLO");
    case State::admitting:
      if (const auto* const answer = std::get_if<wamp::Authenticate>(&message);
          answer && reception_->challenged())
        return reception_->authenticate(*answer);
      if (aborts) return reception_.reset(), close();
      return violate("received " + type_name(message) +
                     (reception_->challenged() ? ", expected AUTHENTICATE" : " before WELCOME"));
    case State::closing:
      if (aborts || std::holds_alternative<wamp::Goodbye>(message)) farewell_->await_next_hello();
      return;
    case State::refusing:
    case State::established:
      return;
  }
}

template <SessionMessage M>
void Session::carry_out(M& message, bool is_chunk) {
  if constexpr (std::is_same_v<M, wamp::Goodbye>) {
    if (message.reason == wamp::close_uri::logout) forget_cookie(*entrance_, arrival_);
    // If a kill has come first, this is as good as the answer to it.
    if (leave("the peer said GOODBYE: " + message.reason, worker_.counters().ended_goodbye))
      sender_->send(wamp::Goodbye{{}, std::string(wamp::close_uri::goodbye_and_out)});
    farewell_->await_next_hello();
  } else if constexpr (std::is_same_v<M, wamp::Abort>) {
    static_cast<void>(leave("the peer aborted: " + message.reason, worker_.counters().ended_goodbye));
    connection().close(transport::close_code::normal, "the peer aborted");
  } else if (const auto done = membership_->requests().route(message, is_chunk); !done) {
    violate(done.error().message);
  }
  if (const Mailbox* const full = Mailbox::take_overfilled()) [[unlikely]]
    mailbox_wait_->begin(*full);
  // Kept events may be very many: the peer is not read until it has room for the last of them.
  if constexpr (std::is_same_v<M, wamp::Subscribe>)
    worker_.deliver_mail();
  else
    worker_.deliver_much_mail();
}

// Some of the requests that waited for an authorizer need not wait any longer.
void Session::carry_out_held() {
  while (membership_) {
    const auto request = membership_->requests().take_held();
    if (!request) return;
    auto carry_it_out = [&](auto& message) {
      if constexpr (SessionMessage<std::remove_cvref_t<decltype(message)>>)
        carry_out(message, request->is_chunk);
    };
    // Its limits were those of when it came.
    const auto decoded = serializers::decode(format_, request->bytes, worker_.scratch(),
                                             {static_cast<int>(entrance_->transport.limits.max_depth), {}},
                                             serializers::MessageTaker(carry_it_out));
    assert(decoded);
    static_cast<void>(decoded);
  }
}

bool Session::refuse_untaken(const std::optional<serializers::MessageStart>& start, const Refusal& refusal,
                             Counter& counter, std::string_view what) {
  if (state() == State::refusing || state() == State::closing) return true;
  if (start && farewell_->is_late_answer(*start)) return true;
  if (!membership_ || !start) return false;
  const auto refused = membership_->requests().refuse(*start, refusal);
  if (!refused) violate(refused.error().message);
  if (refused && !*refused) return false;
  counter.add();
  if (untaken_messages_++ == 0)
    log::warning(log::Kind::loss, sender_->name() + " sends " + std::string(what) + ", first " +
                                      std::string(wamp::name(start->type)));
  return true;
}

bool Session::on_oversized(std::string_view beginning) {
  const auto start = serializers::decode_start(format_, beginning, worker_.scratch());
  if (worker_.memory_stage() >= MemoryStage::frugal)
    return refuse_untaken(start, {wamp::error_uri::unavailable, {}}, worker_.counters().lost_memory,
                          "messages that are too long while memory is short");
  return refuse_untaken(start, {wamp::error_uri::payload_size_exceeded, {}},
                        worker_.counters().lost_oversized, "messages that are too long");
}

// ---- from one state to the next

void Session::on_open(transport::Connection& connection) {
  sender_.emplace(worker_, connection, format_, entrance_->transport.limits);
  farewell_.emplace(worker_, *sender_, entrance_);
  mailbox_wait_.emplace(worker_, *this);
  charge_ = {connection.account(), holding::session,
             allocated(sizeof(Session)) + allocated(arrival_.details)};
  worker_.add_open(*this);
  if (worker_.shutting_down()) begin_drain({});
}

void Session::on_joined(Membership::Admitted&& admitted) {
  const auth::Accepted& login = admitted.login;
  membership_ = std::make_unique<Membership>(worker_, *this, *sender_, arrival_, std::move(admitted));
  const std::unique_ptr<Reception> past = std::move(reception_);
  past->welcome(*membership_, login);
}

void Session::on_removed(const wamp::Goodbye& farewell) {
  forget_cookie(*entrance_, arrival_);
  end_membership(farewell.reason, worker_.counters().ended_killed);
  farewell_->say_goodbye(farewell);
}

void Session::kill(std::string_view message) {
  if (membership_ && leave(message, worker_.counters().ended_killed))
    farewell_->say_goodbye({{{"message", message}}, std::string(wamp::close_uri::killed)});
}

bool Session::leave(std::string_view why, Counter& counter) {
  worker_.deliver_mail();
  if (!membership_) return false;
  end_membership(why, counter);
  return true;
}

// The membership is taken out first, so that what its end causes finds none.
void Session::end_membership(std::string_view why, Counter& counter) noexcept {
  const std::unique_ptr<Membership> past = std::move(membership_);
  farewell_->owe(past->last_owed_invocation());
  counter.add();
  transport::has_memory_for(
      [&] { log_end(sender_->record(), past->identity(), past->realm().name(), why, worker_.loop().now()); });
}

void Session::violate(std::string_view what) {
  abort(wamp::error_uri::protocol_violation, what);
}

void Session::abort(std::string_view reason, std::string_view what) {
  farewell_->log_abort(reason, what);
  turn_away(reason, what);
}

void Session::turn_away(std::string_view reason, std::string_view what) {
  // If a kill has come first, this is the last word all the same.
  if (membership_) static_cast<void>(leave(reason, worker_.counters().ended_violation));
  const std::unique_ptr<Reception> past = std::move(reception_);  // whose words these may be
  farewell_->abort(reason, what);
}

void Session::on_closed(const transport::CloseReason& reason) {
  sender_->on_closed();
  const bool is_expected = reason.by_peer || reason.counter == &transport::Counters::closed_by_router;
  Counter& counter = worker_.counters().ended_connection;
  // That it is the end needs no memory, but what is told of it does.
  transport::has_memory_for([&] {
    const std::string why =
        reason.text.empty() ? "connection closed with code " + std::to_string(reason.code) : reason.text;
    if (membership_)
      static_cast<void>(leave(why, counter));
    else if (!is_expected)
      farewell_->log_close(why);
  });
  if (membership_) end_membership(reason.text, counter);
  // What that has posted is sent even if nothing else happens: the turn in which a connection ends is over.
  transport::has_memory_for([this] { worker_.loop().request_turn_end(); });
  reception_.reset();
  worker_.remove_open(*this);
  mailbox_wait_.reset();
  farewell_.reset();
  sender_.reset();
}

// ---- signs of life, pressure

void Session::on_silent() {
  if (membership_) membership_->on_silent();
}

void Session::on_alive() {
  if (membership_) membership_->on_alive();
}

// Behind a full queue there is no last word.
void Session::on_give_way(size_t held) {
  const std::string why =
      "the router is short of memory, and " + std::to_string(held) + " bytes are held for this connection";
  worker_.counters().shed.add();
  log::warning(log::Kind::loss, "dropping " + sender_->name() + ": " + why);
  if (connection().queued_bytes() == 0)
    abort(wamp::error_uri::unavailable, why);
  else
    connection().drop(why);
}

void Session::on_turn_end(TurnEnd why) {
  switch (why) {
    case TurnEnd::choked:
      if (membership_) membership_->check_pressure();
      return;
    case TurnEnd::ready:
      return carry_out_held();
    case TurnEnd::waiting:
      return mailbox_wait_->look();
    case TurnEnd::behind:
      break;  // catch_up() is for that
  }
}

bool Session::catch_up(CatchUpBudget& budget) {
  return membership_ && membership_->catch_up(budget);
}

// ---- time

void Session::sweep(SteadyTime now) {
  if (reception_) return reception_->sweep(now);
  if (!membership_) return farewell_->sweep(now);
  if (membership_->is_stuck(now, std::chrono::milliseconds(entrance_->transport.limits.ping_timeout_ms)))
    farewell_->close("the peer takes nothing of what waits for it");
  membership_->requests().look_again();
  membership_->tell_numbers(now);
  if (!membership_->has_expired(entrance_->clock.wall_time())) return;
  constexpr std::string_view what = "the authentication has expired";
  if (leave(what, worker_.counters().ended_expired))
    farewell_->say_goodbye({{{"message", what}}, std::string(wamp::close_uri::killed)});
}

void Session::begin_drain(std::chrono::milliseconds after) {
  if (membership_)
    drained_at_ = worker_.loop().now() + after;
  else if (reception_)
    abort(wamp::close_uri::system_shutdown, "the router shuts down");
  else
    connection().close(transport::close_code::going_away, "the router shuts down");
}

void Session::continue_drain(const Drain& drain) {
  const auto now = worker_.loop().now();
  if (!membership_ || now < drained_at_) return;
  if (now < drain.deadline && membership_->is_busy()) return;
  if (!leave(wamp::close_uri::system_shutdown, worker_.counters().ended_shutdown)) return;
  farewell_->say_goodbye({{{"message", "the router shuts down"}, {"retry_after", worker_.retry_after_ms()}},
                          std::string(wamp::close_uri::system_shutdown)});
}

}  // namespace router

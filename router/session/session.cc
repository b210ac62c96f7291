#include "router/session/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "router/base/log.h"
#include "router/member/session_rules.h"
#include "router/memory/holding.h"
#include "router/memory/value_bytes.h"
#include "router/session/pause.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

std::string type_name(const wamp::Message& message) {
  return std::string(wamp::name(wamp::type_of(message)));
}

}  // namespace

Session::Session(Worker& worker, std::shared_ptr<const Entrance> entrance, serializers::Format format,
                 Arrival arrival)
    : worker_(worker), entrance_(std::move(entrance)), format_(format), arrival_(std::move(arrival)) {}

void Session::on_open(transport::Connection& connection) {
  connection_ = &connection;
  sender_.emplace(worker_, connection, format_, entrance_->transport.limits);
  charge_ = {connection.account(), holding::session,
             allocated(sizeof(Session)) + allocated(arrival_.details)};
  deadline_ =
      worker_.loop().now() + std::chrono::milliseconds(entrance_->transport.limits.handshake_timeout_ms);
  worker_.add_open(*this);
  if (worker_.shutting_down()) begin_drain({});
}

void Session::on_closed(const transport::CloseReason& reason) {
  const bool is_expected = reason.by_peer || reason.counter == &transport::Counters::closed_by_router;
  // That it is the end needs no memory, but what is told of it does.
  transport::has_memory_for([&] {
    const std::string why =
        reason.text.empty() ? "connection closed with code " + std::to_string(reason.code) : reason.text;
    if (state_ == State::established)
      static_cast<void>(leave(why, counters().ended_connection));
    else if (!is_expected)
      log_close(why);
  });
  if (membership_) end_membership(reason.text, counters().ended_connection);
  if (state_ == State::admitting) end_admission();
  worker_.remove_open(*this);
  if (waits_for_) worker_.remove_from_turn_end(TurnEnd::waiting, *this);
  sender_.reset();
  connection_ = nullptr;
}

void Session::on_message(std::span<char> bytes) {
  const std::string_view text(bytes.data(), bytes.size());
  const auto decoded = decode(text, value_limits(), [this, text](auto& message) { take(message, text); });
  if (decoded) return;
  sender_->record().count_received(bytes.size());
  if (decoded.error().is_refusable)
    refuse(text, decoded.error().message);
  else
    violate(decoded.error().message);
}

// Before there is a role the defaults must do.
serializers::ValueLimits Session::value_limits() const {
  return router::value_limits(membership_ ? membership_->limits() : config::SessionLimits());
}

template <class Take>
wamp::Result<void> Session::decode(std::string_view bytes, const serializers::ValueLimits& limits,
                                   Take take) {
  return serializers::decode(format_, bytes, worker_.scratch(),
                             {static_cast<int>(entrance_->transport.limits.max_depth), limits},
                             serializers::MessageTaker(take));
}

template <class M>
void Session::take(M& message, std::string_view bytes) {
  counters().received.add<M>();
  sender_->record().count_received(bytes.size());
  if (is_late_answer(message)) return;
  switch (state_) {
    case State::closed:
      return on_message_while_closed(std::move(message));
    case State::admitting:
      return on_message_while_admitting(std::move(message));
    case State::refusing:
      return;
    case State::closing:
      return on_message_while_closing(std::move(message));
    case State::established:
      return take_while_established(message, bytes);
  }
}

template <class M>
bool Session::is_late_answer(const M& message) const {
  if constexpr (std::is_same_v<M, wamp::Yield>)
    return is_late_answer({.type = M::type, .request = message.request});
  else if constexpr (std::is_same_v<M, wamp::Error>)
    return is_late_answer({M::type, message.request_type, message.request});
  else
    return false;
}

bool Session::is_late_answer(const serializers::MessageStart& start) const {
  return answers_invocation(start) && start.request <= last_owed_invocation_;
}

void Session::on_message_while_closed(const wamp::Message& message) {
  if (const auto* hello = std::get_if<wamp::Hello>(&message)) return open_session(*hello);
  if (std::holds_alternative<wamp::Abort>(message))
    return connection_->close(transport::close_code::normal, "the peer aborted");
  violate("received " + type_name(message) + " before a session was established, expected HELLO");
}

void Session::on_message_while_admitting(const wamp::Message& message) {
  const auto* answer = std::get_if<wamp::Authenticate>(&message);
  if (answer && admission_->challenged()) {
    deadline_ = {};
    return admission_->authenticate(*answer);
  }
  if (std::holds_alternative<wamp::Abort>(message)) {
    end_admission();
    return connection_->close(transport::close_code::normal, "the peer aborted");
  }
  violate("received " + type_name(message) +
          (admission_->challenged() ? ", expected AUTHENTICATE" : " before WELCOME"));
}

void Session::on_message_while_closing(const wamp::Message& message) {
  const bool answered = std::holds_alternative<wamp::Goodbye>(message);
  if (answered || std::holds_alternative<wamp::Abort>(message)) await_next_hello();
}

void Session::await_next_hello() {
  state_ = State::closed;
  deadline_ = {};
  if (worker_.shutting_down())
    return connection_->close(transport::close_code::going_away, "the router shuts down");
  deadline_ = worker_.loop().now() + long_patience();
}

std::chrono::milliseconds Session::long_patience() const {
  constexpr uint64_t factor = 6;
  return std::chrono::milliseconds(factor * entrance_->transport.limits.handshake_timeout_ms);
}

template <class M>
void Session::take_while_established(M& message, std::string_view bytes) {
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

void Session::carry_out_held() {
  while (membership_) {
    const auto request = membership_->requests().take_held();
    if (!request) return;
    // Its limits were those of when it came.
    const auto decoded = decode(request->bytes, serializers::ValueLimits(), [&](auto& message) {
      if constexpr (SessionMessage<std::remove_cvref_t<decltype(message)>>)
        carry_out(message, request->is_chunk);
    });
    assert(decoded);
    static_cast<void>(decoded);
  }
}

template <SessionMessage M>
void Session::carry_out(M& message, bool is_chunk) {
  if constexpr (std::is_same_v<M, wamp::Goodbye>)
    on_goodbye(message);
  else if constexpr (std::is_same_v<M, wamp::Abort>)
    on_abort(message);
  else if (const auto done = membership_->requests().route(message, is_chunk); !done)
    violate(done.error().message);
  if (const Mailbox* full = Mailbox::take_overfilled()) [[unlikely]]
    wait_for_worker(*full);
  // Kept events may be very many: the peer is not read until it has room for the last of them.
  if constexpr (std::is_same_v<M, wamp::Subscribe>)
    worker_.deliver_mail();
  else
    worker_.deliver_much_mail();
}

void Session::on_goodbye(const wamp::Goodbye& message) {
  if (message.reason == wamp::close_uri::logout) forget_cookie();
  // If a kill has come first, this is as good as the answer to it.
  if (!leave("the peer said GOODBYE: " + message.reason, counters().ended_goodbye))
    return on_message_while_closing(message);
  sender_->send(wamp::Goodbye{{}, std::string(wamp::close_uri::goodbye_and_out)});
  await_next_hello();
}

void Session::on_abort(const wamp::Abort& message) {
  static_cast<void>(leave("the peer aborted: " + message.reason, counters().ended_goodbye));
  connection_->close(transport::close_code::normal, "the peer aborted");
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
  state_ = State::closed;
  last_owed_invocation_ = past->last_owed_invocation();
  // Answers may be long.
  connection_->set_known(last_owed_invocation_ != wamp::RequestId());
  counter.add();
  transport::has_memory_for(
      [&] { log_end(sender_->record(), past->identity(), past->realm().name(), why, worker_.loop().now()); });
}

void Session::on_removed(const wamp::Goodbye& farewell) {
  // Who is thrown out must not be back at once.
  forget_cookie();
  end_membership(farewell.reason, counters().ended_killed);
  say_goodbye(farewell);
}

void Session::say_goodbye(const wamp::Goodbye& message) {
  state_ = State::closing;
  deadline_ = worker_.loop().now() + std::chrono::milliseconds(entrance_->transport.limits.close_timeout_ms);
  sender_->send(message);
}

void Session::violate(std::string_view what) {
  abort(wamp::error_uri::protocol_violation, what);
}

void Session::abort(std::string_view reason, std::string_view what) {
  log::warning(
      log::Kind::abort,
      "aborting " + connection_->peer_address() + ": " + std::string(reason) + ": " + std::string(what),
      {{"event", "abort"}, {"peer", connection_->peer_address()}, {"uri", reason}, {"reason", what}});
  say_abort(reason, what);
}

void Session::say_abort(std::string_view reason, std::string_view what) {
  // If a kill has come first, this is the last word all the same.
  if (state_ == State::established) static_cast<void>(leave(reason, counters().ended_violation));
  if (state_ == State::admitting) end_admission();
  state_ = State::closed;
  deadline_ = {};
  counters().aborts_sent.add(reason);
  sender_->send(wamp::Abort{wamp::Dict{{"message", what}}, std::string(reason), {}});
  // A proper close: clients take anything else for a lost connection and try again.
  connection_->close(transport::close_code::normal, reason);
}

// ---- what is held for the peer, and what waits

bool Session::refuse_untaken(const std::optional<serializers::MessageStart>& start, const Refusal& refusal,
                             Counter& counter, std::string_view what) {
  if (state_ == State::refusing || state_ == State::closing) return true;
  if (start && is_late_answer(*start)) return true;
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
    return refuse_untaken(start, {wamp::error_uri::unavailable, {}}, counters().lost_memory,
                          "messages that are too long while memory is short");
  return refuse_untaken(start, {wamp::error_uri::payload_size_exceeded, {}}, counters().lost_oversized,
                        "messages that are too long");
}

void Session::refuse(std::string_view bytes, const std::string& problem) {
  auto start = serializers::decode_start(format_, bytes, worker_.scratch());
  // It stands first where clients have an order, and an answer that is not expected ends their session.
  if (start && !start->acknowledge) start->acknowledge = false;
  if (refuse_untaken(start, {wamp::error_uri::invalid_argument, problem}, counters().lost_excess,
                     "what is refused (" + problem + ")"))
    return;
  abort(membership_ ? wamp::error_uri::protocol_violation : wamp::error_uri::invalid_argument, problem);
}

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
  counters().shed.add();
  log::warning(log::Kind::loss, "dropping " + sender_->name() + ": " + why);
  if (connection_->queued_bytes() == 0)
    abort(wamp::error_uri::unavailable, why);
  else
    connection_->drop(why);
}

void Session::wait_for_worker(const Mailbox& mailbox) {
  if (std::exchange(waits_for_, &mailbox)) return;
  connection_->pause_reading(pause::mailbox);
  worker_.add_to_turn_end(TurnEnd::waiting, *this);
}

void Session::end_waiting() {
  if (waits_for_->full()) return;
  worker_.remove_from_turn_end(TurnEnd::waiting, *this);
  waits_for_ = nullptr;
  connection_->resume_reading(pause::mailbox);
}

void Session::log_close(const std::string& why) const {
  log::warning(log::Kind::connection, "closing " + connection_->peer_address() + ": " + why,
               {{"event", "close"}, {"peer", connection_->peer_address()}, {"reason", why}});
}

// ---- what its worker brings

void Session::on_turn_end(TurnEnd why) {
  switch (why) {
    case TurnEnd::choked:
      if (membership_) membership_->check_pressure();
      return;
    case TurnEnd::ready:
      return carry_out_held();
    case TurnEnd::waiting:
      return end_waiting();
    case TurnEnd::behind:
      break;  // catch_up() is for that
  }
}

bool Session::catch_up(CatchUpBudget& budget) {
  return membership_ && membership_->catch_up(budget);
}

// ---- what time brings

void Session::sweep(SteadyTime now) {
  const auto close = [this](const std::string& why) {
    log_close(why);
    connection_->close(transport::close_code::policy_violation, why);
  };
  const auto patience = std::chrono::milliseconds(entrance_->transport.limits.ping_timeout_ms);
  if (membership_ && membership_->is_stuck(now, patience))
    close("the peer takes nothing of what waits for it");
  if (membership_) membership_->requests().look_again();
  if (membership_ && membership_->has_expired(entrance_->clock.wall_time())) return on_expired();
  if (deadline_ == transport::Loop::Clock::time_point{} || now < deadline_) return;
  deadline_ = {};
  if (state_ == State::refusing) {
    state_ = State::closed;
    return say_abort(refused_->error_uri, refused_->text);
  }
  if (state_ == State::closing) return close("no answer to GOODBYE in time");
  if (state_ == State::admitting) return close("no AUTHENTICATE in time");
  if (sender_->record().session.session != wamp::SessionId())
    return close("no HELLO within " + std::to_string(long_patience().count()) + " ms after GOODBYE");
  close("no HELLO within " + std::to_string(entrance_->transport.limits.handshake_timeout_ms) + " ms");
}

void Session::on_expired() {
  constexpr std::string_view what = "the authentication has expired";
  if (leave(what, counters().ended_expired))
    say_goodbye({{{"message", what}}, std::string(wamp::close_uri::killed)});
}

void Session::begin_drain(std::chrono::milliseconds after) {
  if (state_ == State::admitting || state_ == State::refusing)
    return abort(wamp::close_uri::system_shutdown, "the router shuts down");
  if (state_ != State::established)
    return connection_->close(transport::close_code::going_away, "the router shuts down");
  drained_at_ = worker_.loop().now() + after;
}

void Session::continue_drain(const Drain& drain) {
  const auto now = worker_.loop().now();
  if (state_ != State::established || now < drained_at_) return;
  if (now < drain.deadline && membership_->is_busy()) return;
  if (!leave(wamp::close_uri::system_shutdown, counters().ended_shutdown)) return;
  say_goodbye({{{"message", "the router shuts down"}, {"retry_after", worker_.retry_after_ms()}},
               std::string(wamp::close_uri::system_shutdown)});
}

}  // namespace router

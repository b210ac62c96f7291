#include "router/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "router/holding.h"
#include "router/log.h"
#include "router/new_applicant.h"
#include "router/session_rules.h"
#include "router/value_bytes.h"
#include "router/welcome_details.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

constexpr size_t max_realm_name = 255;  // bytes
// Of handshake_timeout_ms, for AUTHENTICATE: clients may need seconds to derive a key from a password.
constexpr uint32_t authenticate_patience = 6;

std::string type_name(const wamp::Message& message) {
  return std::string(wamp::name(wamp::type_of(message)));
}

// For a client that gave no name ("an anonymous session's authid is not empty"). Others are told it, so it is
// made of nothing that opens anything.
std::string anonymous_authid(const SessionRef& ref) {
  return "anonymous-" + std::to_string(ref.session.value);
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
  const std::string why =
      reason.text.empty() ? "connection closed with code " + std::to_string(reason.code) : reason.text;
  const bool is_expected = reason.by_peer || reason.counter == &transport::Counters::closed_by_router;
  if (state_ == State::established)
    static_cast<void>(leave(why, counters().ended_connection));
  else if (!is_expected)
    log_close(why);
  if (state_ == State::admitting) end_admission();
  worker_.remove_open(*this);
  if (waits_for_) worker_.remove_waiting(*this);
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

bool Session::is_late_answer(wamp::MessageType type) const {
  const bool has_left = state_ == State::closed && ref_.session != wamp::SessionId();
  return has_left && (type == wamp::MessageType::yield || type == wamp::MessageType::error);
}

void Session::on_message_while_closed(const wamp::Message& message) {
  if (const auto* hello = std::get_if<wamp::Hello>(&message)) return open_session(*hello);
  if (is_late_answer(wamp::type_of(message))) return;
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
  if (!answered && !std::holds_alternative<wamp::Abort>(message)) return;
  state_ = State::closed;
  deadline_ = {};
  if (worker_.shutting_down()) connection_->close(transport::close_code::going_away, "the router shuts down");
}

template <class M>
void Session::take_while_established(M& message, std::string_view bytes) {
  const bool is_chunk = membership_->is_chunk(message);
  const auto admitted = membership_->admit(message, bytes, is_chunk);
  if (!admitted) return violate(admitted.error().message);
  if (*admitted) carry_out(message, is_chunk);
}

void Session::carry_out_held() {
  while (membership_) {
    const auto request = membership_->take_held();
    if (!request) return;
    // Its limits were those of when it came.
    const auto decoded = decode(request->bytes, serializers::ValueLimits(),
                                [&](auto& message) { carry_out(message, request->is_chunk); });
    assert(decoded);
    static_cast<void>(decoded);
  }
}

template <class M>
void Session::carry_out(M& message, bool is_chunk) {
  if constexpr (std::is_same_v<M, wamp::Goodbye>)
    on_goodbye(message);
  else if constexpr (std::is_same_v<M, wamp::Abort>)
    on_abort(message);
  else if (const auto done = membership_->route(message, is_chunk); !done)
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
}

void Session::on_abort(const wamp::Abort& message) {
  static_cast<void>(leave("the peer aborted: " + message.reason, counters().ended_goodbye));
  connection_->close(transport::close_code::normal, "the peer aborted");
}

void Session::open_session(const wamp::Hello& hello) {
  deadline_ = {};
  const auto features = wamp::client_features(hello.details);
  if (!features) return violate(features.error().message);
  wamp::Attributes details(hello.details, "HELLO.Details");
  const wamp::List* methods = details.string_list("authmethods");
  const std::string_view authid =
      details.short_string("authid", config::SessionLimits().attribute_length).value_or("");
  const wamp::Dict* authextra = details.dict("authextra");
  if (details.error() && details.error()->is_refusable)
    return abort(wamp::error_uri::invalid_argument, details.error()->message);
  if (details.error()) return violate(details.error()->message);
  if (worker_.shutting_down()) return abort(wamp::close_uri::system_shutdown, "the router shuts down");
  if (hello.realm.size() > max_realm_name ||
      (!hello.realm.empty() && !wamp::is_valid_uri(hello.realm, wamp::UriRule::loose)))
    return abort(wamp::error_uri::invalid_uri,
                 "HELLO.Realm is not a valid URI of at most " + std::to_string(max_realm_name) + " bytes");

  entrance_ = latest(std::move(entrance_));
  ref_ = worker_.add_address();
  features_ = *features;
  state_ = State::admitting;
  admission_ = std::make_unique<Admission>(worker_, *entrance_, static_cast<Admission::Desk&>(*this),
                                           connection_->peer_address(), connection_->account());
  auth::Applicant applicant = new_applicant(arrival_, *entrance_, *connection_);
  applicant.realm = hello.realm;
  applicant.authid = authid;
  if (authextra) applicant.authextra = *authextra;
  applicant.session = ref_.session;
  admission_->hello(std::move(applicant), methods);
}

void Session::on_challenge(const auth::Challenge& challenge) {
  const uint64_t patience_ms =
      uint64_t{authenticate_patience} * entrance_->transport.limits.handshake_timeout_ms;
  deadline_ = worker_.loop().now() + std::chrono::milliseconds(patience_ms);
  sender_->send(wamp::Challenge{challenge.method, challenge.extra});
}

void Session::on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) {
  counters().auth_failures.add(admission_->method(), refused.error_uri);
  const auth::Applicant& applicant = admission_->applicant();
  log_refusal({applicant.realm, applicant.authid, admission_->method()}, refused.error_uri, refused.why);
  end_admission();
  if (delay.count() == 0) return say_abort(refused.error_uri, refused.text);
  state_ = State::refusing;
  refused_ = refused;
  deadline_ = worker_.loop().now() + delay;
}

void Session::log_refusal(const Claim& claim, std::string_view uri, const std::string& why) const {
  const std::string& peer = connection_->peer_address();
  log::warning(log::Kind::login,
               "refusing " + peer +
                   (claim.authid.empty() ? "" : " as \"" + std::string(claim.authid) + "\"") +
                   (claim.realm.empty() ? "" : " in realm \"" + std::string(claim.realm) + "\"") + ": " +
                   std::string(uri) + ": " + why,
               {{"event", "login_refused"},
                {"peer", peer},
                {"realm", claim.realm},
                {"authid", claim.authid},
                {"authmethod", claim.method},
                {"uri", uri},
                {"reason", why}});
}

void Session::log_close(const std::string& why) const {
  log::warning(log::Kind::connection, "closing " + connection_->peer_address() + ": " + why,
               {{"event", "close"}, {"peer", connection_->peer_address()}, {"reason", why}});
}

void Session::end_admission() {
  worker_.remove_address(ref_);
  state_ = State::closed;
  admission_.reset();
}

void Session::on_accepted(const auth::Accepted& accepted) {
  if (const auto refusal = join(accepted)) {
    counters().auth_failures.add(admission_->method(), refusal->error_uri);
    log_refusal({accepted.realm, accepted.authid, accepted.method}, refusal->error_uri, refusal->text);
    end_admission();
    return say_abort(refusal->error_uri, refusal->text);
  }
  remember_cookie(accepted);
  welcome(accepted.extra);
  admission_.reset();
}

std::optional<Refusal> Session::join(const auth::Accepted& accepted) {
  if (accepted.realm.empty()) return Refusal{wamp::error_uri::no_such_realm, "HELLO names no realm"};
  if (!entrance_->leads_to(accepted.realm) || !entrance_->realms.has(accepted.realm))
    return Refusal{wamp::error_uri::no_such_realm, "there is no realm \"" + accepted.realm + "\""};
  auto realm = entrance_->realms.find_or_create(accepted.realm);
  if (!realm)
    return Refusal{wamp::error_uri::too_many_requests,
                   "realm \"" + accepted.realm + "\" cannot be opened now"};
  if (!realm->has_role(accepted.role))
    return Refusal{wamp::error_uri::no_such_role,
                   "realm \"" + realm->name() + "\" has no role \"" + accepted.role + "\""};
  std::string authid = accepted.authid;
  if (accepted.method == "anonymous" && accepted.authid.empty()) authid = anonymous_authid(ref_);
  auto joined = realm->join(
      ref_, {authid, accepted.role, accepted.method, accepted.provider, connection_->peer_address()},
      *features_, connection_->account(), sender_->much());
  if (const auto* refusal = std::get_if<Refusal>(&joined)) return std::move(*refusal);
  membership_ =
      std::make_unique<Membership>(worker_, *this, *sender_, std::move(realm), *std::get<Member*>(joined),
                                   accepted.authextra, accepted.expires);
  state_ = State::established;
  connection_->set_known(true);
  const config::SessionLimits& limits = membership_->limits();
  connection_->limit_rate({limits.messages_per_second, limits.bytes_per_second});
  return std::nullopt;
}

void Session::welcome(const wamp::Dict& authextra) {
  counters().sessions_opened.add();
  sender_->record() = {};
  sender_->record().since = worker_.loop().now();
  const Realm& realm = membership_->realm();
  log_beginning(ref_, membership_->identity(), realm.name());
  sender_->send(wamp::Welcome{
      ref_.session, welcome_details(membership_->identity(), {realm.name(), realm.has_meta_api()}, authextra,
                                    announced_limits(membership_->limits(), entrance_->transport.limits))});
}

wamp::Dict Session::transport_details() const {
  return transport_without_secrets(arrival_, *connection_);
}

auth::Cookies* Session::cookies() const {
  return arrival_.cookie ? entrance_->cookies.get() : nullptr;
}

// Of those who have proved something; what a cookie has opened does not count again.
void Session::remember_cookie(const auth::Accepted& accepted) {
  auto* cookies = this->cookies();
  const bool has_proved = accepted.method != "anonymous" && accepted.method != "cookie";
  if (!cookies || !has_proved || !entrance_->transport.auth.contains("cookie")) return;
  const Identity& identity = membership_->identity();
  cookies->remember(*arrival_.cookie,
                    {membership_->realm().name(), identity.authid, identity.authrole, identity.authprovider,
                     accepted.expires},
                    entrance_->clock.now());
}

void Session::forget_cookie() {
  if (auto* cookies = this->cookies()) cookies->forget(*arrival_.cookie);
}

bool Session::leave(std::string_view why, Counter& counter) {
  worker_.deliver_mail();
  if (!membership_) return false;
  end_membership(why, counter);
  return true;
}

// The membership is taken out first, so that what its end causes finds none.
void Session::end_membership(std::string_view why, Counter& counter) {
  const std::unique_ptr<Membership> past = std::move(membership_);
  state_ = State::closed;
  connection_->set_known(false);
  counter.add();
  log_end(ref_, past->identity(), past->realm().name(), why, sender_->record(), worker_.loop().now());
}

void Session::on_removed(const wamp::Goodbye& farewell) {
  // Who is thrown out must not be back at once.
  forget_cookie();
  end_membership(farewell.reason, counters().ended_killed);
  say_goodbye(farewell);
}

void Session::say_goodbye(const wamp::Goodbye& message) {
  sender_->send(message);
  state_ = State::closing;
  deadline_ = worker_.loop().now() + std::chrono::milliseconds(entrance_->transport.limits.close_timeout_ms);
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
  if (start && is_late_answer(start->type)) return true;
  if (!membership_ || !start) return false;
  const auto refused = membership_->refuse(*start, refusal);
  if (!refused) violate(refused.error().message);
  if (refused && !*refused) return false;
  counter.add();
  if (untaken_messages_++ == 0)
    log::warning(log::Kind::loss,
                 name() + " sends " + std::string(what) + ", first " + std::string(wamp::name(start->type)));
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
  // Who asks for an answer in options that cannot be read gets one rather than none.
  if (start && !start->acknowledge) start->acknowledge = true;
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
  log::warning(log::Kind::loss, "dropping " + name() + ": " + why);
  if (connection_->queued_bytes() == 0)
    abort(wamp::error_uri::unavailable, why);
  else
    connection_->drop(why);
}

void Session::wait_for_worker(const Mailbox& mailbox) {
  if (std::exchange(waits_for_, &mailbox)) return;
  connection_->pause_reading();
  worker_.add_waiting(*this);
}

bool Session::end_waiting() {
  if (waits_for_->full()) return false;
  waits_for_ = nullptr;
  connection_->resume_reading();
  return true;
}

// ---- what time brings

void Session::check_deadline() {
  const auto now = worker_.loop().now();
  const auto close = [this](const std::string& why) {
    log_close(why);
    connection_->close(transport::close_code::policy_violation, why);
  };
  const auto patience = std::chrono::milliseconds(entrance_->transport.limits.ping_timeout_ms);
  if (membership_ && membership_->is_stuck(now, patience))
    close("the peer takes nothing of what waits for it");
  if (membership_ && membership_->has_expired(entrance_->clock.wall_time())) return on_expired();
  if (deadline_ == transport::Loop::Clock::time_point{} || now < deadline_) return;
  deadline_ = {};
  if (state_ == State::refusing) {
    state_ = State::closed;
    return say_abort(refused_->error_uri, refused_->text);
  }
  if (state_ == State::closing) return close("no answer to GOODBYE in time");
  if (state_ == State::admitting) return close("no AUTHENTICATE in time");
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

#include "router/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "router/log.h"
#include "router/new_applicant.h"
#include "router/session_rules.h"
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

// A fresh authid for a client that gave no name ("an anonymous session's authid is not empty").
std::string anonymous_authid(const SessionRef& ref) {
  return "anonymous-" + std::to_string(ref.session.value);
}

}  // namespace

Session::Session(Worker& worker, std::shared_ptr<const Entrance> entrance, serializers::Format format,
                 Arrival arrival)
    : worker_(worker),
      entrance_(std::move(entrance)),
      format_(format),
      arrival_(std::move(arrival)),
      max_queued_bytes_(entrance_->transport.limits.max_queued_bytes) {}

void Session::on_open(transport::Connection& connection) {
  connection_ = &connection;
  max_frame_size_ = connection.max_frame_size();
  deadline_ =
      worker_.loop().now() + std::chrono::milliseconds(entrance_->transport.limits.handshake_timeout_ms);
  worker_.add_open(*this);
  if (worker_.shutting_down()) begin_drain({});
}

void Session::on_closed(const transport::CloseReason& reason) {
  const std::string why =
      reason.text.empty() ? "connection closed with code " + std::to_string(reason.code) : reason.text;
  if (state_ == State::established) leave(why, counters().ended_connection);
  if (state_ == State::admitting) end_admission();
  worker_.remove_open(*this);
  if (waits_for_) worker_.remove_waiting(*this);
  connection_ = nullptr;
}

void Session::on_message(std::span<char> bytes) {
  const std::string_view text(bytes.data(), bytes.size());
  const auto decoded = decode(text, [this, text](auto& message) { take(message, text); });
  if (!decoded) violate(decoded.error().message);
}

template <class Take>
wamp::Result<void> Session::decode(std::string_view bytes, Take take) {
  return serializers::decode(format_, bytes, worker_.scratch(),
                             {static_cast<int>(entrance_->transport.limits.max_depth)},
                             serializers::MessageTaker(take));
}

template <class M>
void Session::take(M& message, std::string_view bytes) {
  counters().received.add<M>();
  record_.count_received(bytes.size());
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
  if (!answered && !std::holds_alternative<wamp::Abort>(message)) return;
  state_ = State::closed;
  deadline_ = {};
  if (worker_.shutting_down()) connection_->close(transport::close_code::going_away, "the router shuts down");
}

template <class M>
void Session::take_while_established(M& message, std::string_view bytes) {
  constexpr std::optional<SessionRule> rule = session_rule(M::type);
  if constexpr (!rule) {
    violate("received " + std::string(wamp::name(M::type)) + " after the session was established");
  } else {
    if (rule->role && !member_->features.has(*rule->role))
      return violate("received " + std::string(wamp::name(M::type)) +
                     ", but HELLO did not announce the role for it");
    if (worker_.memory_stage() >= MemoryStage::frugal && refuses_for_memory(M::type, bytes)) [[unlikely]]
      return;
    bool is_chunk = false;
    if constexpr (std::is_same_v<M, wamp::Call>) is_chunk = is_continuation(message.request);
    if constexpr (rule->new_request)
      if (!is_chunk)
        if (const auto checked = check_request_id(M::type, message.request); !checked)
          return violate(checked.error().message);
    if (held_ || realm_->verdicts(*member_)) [[unlikely]]
      if (holds(message, bytes, is_chunk)) return;
    carry_out(message, is_chunk);
  }
}

bool Session::holds(const wamp::Message& message, std::string_view bytes, bool is_chunk) {
  if (!held_) held_ = std::make_unique<HeldRequests>(worker_, realm_, *member_, *this, *connection_);
  return held_->hold(message, bytes, format_, is_chunk);
}

void Session::carry_out_held() {
  while (held_) {
    const auto request = held_->take();
    if (!request) return;
    const auto decoded =
        decode(request->bytes, [&](auto& message) { carry_out(message, request->is_chunk); });
    assert(decoded);  // it was decoded when it came
    static_cast<void>(decoded);
  }
}

template <class M>
void Session::carry_out(M& message, bool is_chunk) {
  if (const auto done = route(message, is_chunk); !done) violate(done.error().message);
  if (const Mailbox* full = Mailbox::take_overfilled()) [[unlikely]]
    wait_for_worker(*full);
  worker_.deliver_much_mail();
}

bool Session::is_continuation(wamp::RequestId call) const {
  return realm_->sequential_request_ids() && call <= last_request_ &&
         member_->features.caller_progressive_call_invocations;
}

wamp::Result<void> Session::check_request_id(wamp::MessageType type, wamp::RequestId request) {
  if (!realm_->sequential_request_ids()) return {};
  const wamp::RequestId expected = wamp::next_id(last_request_);
  if (request != expected)
    return wamp::ProtocolError{std::string(wamp::name(type)) + ".Request: expected " +
                               std::to_string(expected.value) + ", the next id of the session, got " +
                               std::to_string(request.value)};
  last_request_ = request;
  return {};
}

// A long payload goes on in the buffer that it came in.
RoutedPayload Session::routed(const wamp::Payload& payload) {
  constexpr size_t long_payload = 32 * 1024;
  if (payload.bytes.size() >= long_payload) {
    if (transport::BufferRef buffer = connection_->take_buffer_of(payload.bytes)) {
      buffer->narrow(payload.bytes);
      return {format_, payload.count, std::move(buffer)};
    }
  }
  return copy_payload(format_, payload);
}

template <class M>
wamp::Result<void> Session::route(M& message, bool is_chunk) {
  if constexpr (std::is_same_v<M, wamp::Goodbye>) {
    if (message.reason == wamp::close_uri::logout) forget_cookie();
    leave("the peer said GOODBYE: " + message.reason, counters().ended_goodbye);
    send(wamp::Goodbye{{}, std::string(wamp::close_uri::goodbye_and_out)});
  } else if constexpr (std::is_same_v<M, wamp::Abort>) {
    leave("the peer aborted: " + message.reason, counters().ended_goodbye);
    connection_->close(transport::close_code::normal, "the peer aborted");
  } else if constexpr (std::is_same_v<M, wamp::Call>) {
    RoutedPayload payload = routed(message.payload);
    return is_chunk ? realm_->continue_call(*member_, message, std::move(payload))
                    : realm_->handle(*member_, message, std::move(payload));
  } else if constexpr (requires { realm_->handle(*member_, message, RoutedPayload()); }) {
    return realm_->handle(*member_, message, routed(message.payload));
  } else if constexpr (requires { realm_->handle(*member_, message); }) {
    return realm_->handle(*member_, message);
  } else {
    assert(false && "the session's rules let a message through that has no route");
  }
  return {};
}

void Session::open_session(const wamp::Hello& hello) {
  deadline_ = {};
  const auto features = wamp::client_features(hello.details);
  if (!features) return violate(features.error().message);
  wamp::Attributes details(hello.details, "HELLO.Details");
  const wamp::List* methods = details.string_list("authmethods");
  const std::string_view authid = details.string("authid").value_or("");
  const wamp::Dict* authextra = details.dict("authextra");
  if (details.error()) return violate(details.error()->message);
  if (worker_.shutting_down()) return abort(wamp::close_uri::system_shutdown, "the router shuts down");
  if (hello.realm.size() > max_realm_name ||
      (!hello.realm.empty() && !wamp::is_valid_uri(hello.realm, wamp::UriRule::loose)))
    return abort(wamp::error_uri::invalid_uri,
                 "HELLO.Realm is not a valid URI of at most " + std::to_string(max_realm_name) + " bytes");

  entrance_ = latest(std::move(entrance_));
  ref_ = worker_.add_session(*this);
  features_ = *features;
  state_ = State::admitting;
  admission_ = std::make_unique<Admission>(worker_, *entrance_, static_cast<Admission::Desk&>(*this),
                                           connection_->peer_address());
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
  send(wamp::Challenge{challenge.method, challenge.extra});
}

void Session::on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) {
  counters().auth_failures.add(admission_->method(), refused.error_uri);
  log::warning(
      log::Kind::login,
      "refusing " + connection_->peer_address() + ": " + std::string(refused.error_uri) + ": " + refused.why,
      {{"event", "login_refused"},
       {"peer", connection_->peer_address()},
       {"uri", refused.error_uri},
       {"authmethod", admission_->method()},
       {"reason", refused.why}});
  end_admission();
  if (delay.count() == 0) return abort(refused.error_uri, refused.text);
  state_ = State::refusing;
  refused_ = refused;
  deadline_ = worker_.loop().now() + delay;
}

void Session::end_admission() {
  worker_.remove_session(ref_);
  state_ = State::closed;
  admission_.reset();
}

void Session::on_accepted(const auth::Accepted& accepted) {
  if (const auto refusal = join(accepted)) {
    counters().auth_failures.add(accepted.method, refusal->error_uri);
    end_admission();
    return abort(refusal->error_uri, refusal->text);
  }
  expires_ = accepted.expires;
  if (auto* cookies = this->cookies();
      cookies && entrance_->transport.auth.contains("cookie") && accepted.method != "anonymous")
    cookies->remember(arrival_.cookie,
                      {realm_->name(), identity_.authid, identity_.authrole, identity_.authprovider});
  state_ = State::established;
  last_request_ = {};
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
  if (accepted.method == "anonymous" && accepted.authid.empty())
    authid = arrival_.cookie.empty() ? anonymous_authid(ref_) : arrival_.cookie;
  identity_ = {authid, accepted.role, accepted.method, accepted.provider, connection_->peer_address()};
  auto joined = realm->join(ref_, identity_, *features_);
  if (const auto* refusal = std::get_if<Refusal>(&joined)) return std::move(*refusal);
  member_ = std::get<Member*>(joined);
  realm_ = std::move(realm);
  const config::SessionLimits& limits = member_->limits();
  connection_->limit_rate({limits.messages_per_second, limits.bytes_per_second});
  return std::nullopt;
}

void Session::welcome(const wamp::Dict& authextra) {
  counters().sessions_opened.add();
  record_ = {};
  record_.since = worker_.loop().now();
  log_beginning(ref_, identity_, realm_->name());
  send(wamp::Welcome{ref_.session,
                     welcome_details(identity_, realm_->name(), authextra,
                                     announced_limits(member_->limits(), entrance_->transport.limits))});
}

auth::Cookies* Session::cookies() const {
  return arrival_.cookie.empty() ? nullptr : entrance_->cookies.get();
}

void Session::forget_cookie() {
  if (auto* cookies = this->cookies()) cookies->forget(arrival_.cookie);
}

void Session::leave(std::string_view why, Counter& counter) {
  leave_realm(why, counter);
  // What was answered before goes out before the last word.
  worker_.deliver_mail();
  worker_.remove_session(ref_);
}

void Session::leave_realm(std::string_view why, Counter& counter) {
  counter.add();
  log_end(ref_, identity_, realm_->name(), why, record_, worker_.loop().now());
  end_choke();
  clogged_ = false;
  end_backlog();
  held_.reset();
  for (; pauses_ > 0; --pauses_) connection_->resume_reading();
  realm_->leave(*std::exchange(member_, nullptr));
  realm_.reset();
  expires_.reset();
  extra_ = nullptr;
  state_ = State::closed;
}

void Session::say_goodbye(const wamp::Goodbye& message) {
  send(message);
  state_ = State::closing;
  deadline_ = worker_.loop().now() + std::chrono::milliseconds(entrance_->transport.limits.close_timeout_ms);
}

void Session::count_sent(const wamp::Message& message, size_t bytes) {
  counters().sent.add(message);
  record_.count_sent(bytes);
  if (const auto* error = std::get_if<wamp::Error>(&message)) counters().errors_sent.add(error->error);
}

void Session::send(const wamp::Message& message) {
  transport::BufferRef frame = worker_.encoder().encode(format_, framing(), message, {});
  count_sent(message, frame->size());
  if (frame->size() <= max_frame_size_) return connection_->send(std::move(frame));
  // Nothing else would be understood: the message opens or ends the session, or tells an id.
  log::warning("closing " + connection_->peer_address() + ": it takes no message as long as " +
               type_name(message));
  connection_->close(transport::close_code::message_too_big, wamp::error_uri::payload_size_exceeded);
}

void Session::violate(std::string_view what) {
  abort(wamp::error_uri::protocol_violation, what);
}

void Session::abort(std::string_view reason, std::string_view what) {
  log::warning(
      log::Kind::abort,
      "aborting " + connection_->peer_address() + ": " + std::string(reason) + ": " + std::string(what),
      {{"event", "abort"}, {"peer", connection_->peer_address()}, {"uri", reason}, {"reason", what}});
  if (state_ == State::established) leave(reason, counters().ended_violation);
  if (state_ == State::admitting) end_admission();
  counters().aborts_sent.add(reason);
  send(wamp::Abort{wamp::Dict{{"message", what}}, std::string(reason), {}});
  // A proper close: clients take anything else for a lost connection and try again.
  connection_->close(transport::close_code::normal, reason);
}

void Session::check_deadline() {
  const auto now = worker_.loop().now();
  const auto close = [this](const std::string& why) {
    log::warning(log::Kind::connection, "closing " + connection_->peer_address() + ": " + why,
                 {{"event", "close"}, {"peer", connection_->peer_address()}, {"reason", why}});
    connection_->close(transport::close_code::policy_violation, why);
  };
  const auto patience = std::chrono::milliseconds(entrance_->transport.limits.ping_timeout_ms);
  if (!choked_.empty() && patience.count() > 0 && now >= choked_since_ + patience)
    close("the peer takes nothing of what waits for it");
  if (state_ == State::established && expires_ && entrance_->clock.wall_time() >= *expires_)
    return on_expired();
  if (deadline_ == transport::Loop::Clock::time_point{} || now < deadline_) return;
  deadline_ = {};
  if (state_ == State::refusing) {
    state_ = State::closed;
    return abort(refused_->error_uri, refused_->text);
  }
  if (state_ == State::closing) return close("no answer to GOODBYE in time");
  if (state_ == State::admitting) return close("no AUTHENTICATE in time");
  close("no HELLO within " + std::to_string(entrance_->transport.limits.handshake_timeout_ms) + " ms");
}

void Session::on_expired() {
  constexpr std::string_view what = "the authentication has expired";
  leave(what, counters().ended_expired);
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
  if (now < drain.deadline && realm_->is_busy(*member_)) return;
  leave(wamp::close_uri::system_shutdown, counters().ended_shutdown);
  say_goodbye({{{"message", "the router shuts down"}, {"retry_after", worker_.retry_after_ms()}},
               std::string(wamp::close_uri::system_shutdown)});
}

}  // namespace router

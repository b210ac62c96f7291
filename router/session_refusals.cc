// What becomes of messages that are not taken, as they or all that there is are too much: each request is
// refused, as far as it is known, and the session goes on.
#include "router/log.h"
#include "router/session.h"
#include "router/session_rules.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

// While memory is short, a message of more bytes is not taken.
constexpr size_t frugal_message_size = 64 * 1024;

wamp::Error refusal(wamp::MessageType type, wamp::RequestId request, std::string_view error_uri) {
  return {type, request, {}, std::string(error_uri), {}};
}

}  // namespace

// What the peer would have said if it had seen the message. It makes mail, at the end of a turn perhaps.
template <class... Parts>
void Session::tell_realm(Parts&&... parts) {
  const auto told = realm_->handle(*member_, std::forward<Parts>(parts)...);
  worker_.loop().request_turn_end();
  if (!told) violate(told.error().message);
}

// The call cannot go on: the dealer answers this with an ERROR.
void Session::end_call(wamp::RequestId call) {
  tell_realm(wamp::Cancel{call, {{"mode", "killnowait"}}});
}

// As if the callee had said so.
void Session::refuse_answer(wamp::RequestId invocation, std::string_view error_uri) {
  tell_realm(refusal(wamp::MessageType::invocation, invocation, error_uri), RoutedPayload());
}

// ---- messages that are too long

// The peer has announced a maximum message length (RawSocket) and must not be sent more. Whoever waits for
// the message gets an ERROR in its place.
void Session::refuse_too_long(const wamp::Message& message) {
  counters().lost_message_too_long.add();
  constexpr std::string_view error_uri = wamp::error_uri::payload_size_exceeded;
  const auto* invocation = std::get_if<wamp::Invocation>(&message);
  const auto* result = std::get_if<wamp::CallResult>(&message);
  const auto* refused = std::get_if<wamp::Error>(&message);
  if (invocation && member_)
    refuse_answer(invocation->request, error_uri);
  else if (result && result->details.find("progress") && member_)
    end_call(result->request);
  else if (result)
    send(refusal(wamp::MessageType::call, result->request, error_uri));
  else if (refused)
    send(refusal(refused->request_type, refused->request, error_uri));
}

bool Session::on_oversized(std::string_view beginning) {
  if (state_ == State::refusing || state_ == State::closing) return true;
  const auto start = serializers::decode_start(format_, beginning, worker_.scratch());
  if (state_ != State::established || !start || !refuse(*start, wamp::error_uri::payload_size_exceeded))
    return false;
  counters().lost_oversized.add();
  if (oversized_messages_++ == 0)
    log::warning(log::Kind::loss, name() + " sends messages that are too long, " +
                                      std::string(wamp::name(start->type)) + " first");
  return true;
}

bool Session::refuse(const serializers::MessageStart& start, std::string_view error_uri) {
  const std::optional<SessionRule> rule = session_rule(start.type);
  if (!rule || (rule->role && !member_->features.has(*rule->role))) return false;
  if (rule->new_request) return refuse_request(start, error_uri);
  const bool answers =
      start.type == wamp::MessageType::yield ||
      (start.type == wamp::MessageType::error && start.request_type == wamp::MessageType::invocation);
  if (answers) refuse_answer(start.request, error_uri);
  return answers;
}

bool Session::refuse_request(const serializers::MessageStart& start, std::string_view error_uri) {
  const bool is_chunk = start.type == wamp::MessageType::call && is_continuation(start.request);
  if (is_chunk) {
    end_call(start.request);
    return true;
  }
  const bool may_be_unacknowledged = start.type == wamp::MessageType::publish;
  if (may_be_unacknowledged && !start.options) return false;
  if (const auto checked = check_request_id(start.type, start.request); !checked) {
    violate(checked.error().message);
    return true;
  }
  const bool is_answered = !may_be_unacknowledged ||
                           wamp::Attributes(*start.options, "PUBLISH.Options").boolean("acknowledge", false);
  if (is_answered) send(refusal(start.type, start.request, error_uri));
  return true;
}

// ---- when memory is short

bool Session::refuses_for_memory(wamp::MessageType type, std::string_view bytes) {
  const bool adds = type == wamp::MessageType::subscribe || type == wamp::MessageType::register_;
  if (!adds && bytes.size() <= frugal_message_size) return false;
  serializers::Scratch scratch;  // the worker's holds the message, which may yet be carried out
  const auto start = serializers::decode_start(format_, bytes, scratch);
  if (!start || !refuse(*start, wamp::error_uri::unavailable)) return false;
  counters().lost_memory.add();
  return true;
}

size_t Session::held_bytes() const {
  return connection_->held_bytes() + (backlog_ ? backlog_->bytes() : 0);
}

// Behind a full queue there is no last word.
void Session::give_way(size_t held) {
  const std::string why =
      "the router is short of memory, and " + std::to_string(held) + " bytes are held for this connection";
  counters().shed.add();
  log::warning(log::Kind::loss, "dropping " + name() + ": " + why);
  if (connection_->queued_bytes() == 0) return abort(wamp::error_uri::unavailable, why);
  connection_->drop(why);
}

}  // namespace router

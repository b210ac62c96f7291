// What becomes of a message that was too long to be taken: its request is refused as far as that can be known
// from its beginning, and the session goes on.
#include "router/log.h"
#include "router/session.h"
#include "router/session_rules.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

wamp::Error too_long(wamp::MessageType type, wamp::RequestId request) {
  return {type, request, {}, std::string(wamp::error_uri::payload_size_exceeded), {}};
}

}  // namespace

bool Session::on_oversized(std::string_view beginning) {
  if (state_ == State::refusing || state_ == State::closing) return true;
  const auto start = serializers::decode_start(format_, beginning, worker_.scratch());
  if (state_ != State::established || !start || !refuse_oversized(*start)) return false;
  counters().lost_oversized.add();
  if (oversized_messages_++ == 0)
    log::warning(name() + " of " + connection_->peer_address() + " sends messages that are too long, " +
                 std::string(wamp::name(start->type)) + " first");
  return true;
}

bool Session::refuse_oversized(const serializers::MessageStart& start) {
  const SessionRule* rule = session_rule(start.type);
  if (!rule || (rule->role && !member_->features.has(*rule->role))) return false;
  if (rule->new_request) return refuse_oversized_request(start);
  const bool answers =
      start.type == wamp::MessageType::yield ||
      (start.type == wamp::MessageType::error && start.request_type == wamp::MessageType::invocation);
  if (answers) refuse_oversized_answer(start.request);
  return answers;
}

bool Session::refuse_oversized_request(const serializers::MessageStart& start) {
  const bool is_chunk = start.type == wamp::MessageType::call && is_continuation(start.request);
  if (is_chunk) {
    // The call cannot go on without it: the dealer answers this with an ERROR.
    const auto told = realm_->handle(*member_, wamp::Cancel{start.request, {{"mode", "killnowait"}}});
    worker_.loop().request_turn_end();
    if (!told) violate(told.error().message);
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
  if (is_answered) send(too_long(start.type, start.request));
  return true;
}

// As if the callee had said so.
void Session::refuse_oversized_answer(wamp::RequestId invocation) {
  const auto told =
      realm_->handle(*member_, too_long(wamp::MessageType::invocation, invocation), RoutedPayload());
  worker_.loop().request_turn_end();
  if (!told) violate(told.error().message);
}

}  // namespace router

#include "router/session/requests.h"

#include <cassert>

#include "router/entrance/new_applicant.h"
#include "router/memory/holding.h"
#include "router/memory/value_bytes.h"
#include "serializers/serializer.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

RoutedPayload payload_if_any_of(const Refusal& refusal) {
  return refusal.text.empty() ? RoutedPayload() : payload_of(refusal);
}

}  // namespace

// ---- ids

bool RequestIds::wants_more(const wamp::Call& call) {
  const wamp::Value* const progress = call.options.find("progress");
  const bool* const more = progress ? progress->get<bool>() : nullptr;
  return more && *more;
}

bool RequestIds::note(wamp::RequestId call, std::optional<bool> more) {
  const bool is_known = unfinished_->find(call.value) != nullptr;
  if (more == true && !is_known) {
    if (unfinished_->size() >= most_unfinished_) unfinished_->clear();
    unfinished_->insert(call.value, {});
  } else if (more == false && is_known) {
    unfinished_->erase(call.value);
  }
  return is_known;
}

wamp::Result<void> RequestIds::take_next(wamp::MessageType type, wamp::RequestId request) {
  const wamp::RequestId expected = wamp::next_id(last_);
  if (request != expected)
    return wamp::ProtocolError{std::string(wamp::name(type)) + ".Request: expected " +
                               std::to_string(expected.value) + ", the next id of the session, got " +
                               std::to_string(request.value)};
  last_ = request;
  return {};
}

// ---- what is taken

Requests::Requests(Worker& worker, Resident& resident, Sender& sender, std::shared_ptr<Realm> realm,
                   Seat& member, const Arrival& arrival, wamp::Dict authextra)
    : worker_(worker),
      resident_(resident),
      sender_(sender),
      realm_(std::move(realm)),
      member_(member),
      arrival_(arrival),
      authextra_(std::move(authextra)),
      charge_(member.account, holding::session, allocated(authextra_)),
      ids_(realm_->sequential_request_ids(), member.features.caller_progressive_call_invocations,
           member.limits().calls_in_flight_per_session, member.charge(holding::calls, 0)) {}

bool Requests::holds(const wamp::Message& message, std::string_view bytes, bool is_chunk) {
  if (!held_)
    held_ = std::make_unique<HeldRequests>(
        worker_, realm_, member_, resident_, sender_.connection(),
        wamp::Dict{{"authextra", authextra_},
                   {"transport", transport_without_secrets(arrival_, sender_.connection())}});
  return held_->hold(message, bytes, sender_.format(), is_chunk);
}

// A long payload goes on in the buffer that it came in.
RoutedPayload Requests::routed(const wamp::Payload& payload) {
  constexpr size_t long_payload = 32 * 1024;
  if (payload.bytes.size() >= long_payload) {
    if (transport::BufferRef buffer = sender_.connection().take_buffer_of(payload.bytes)) {
      buffer->narrow(payload.bytes);
      return {sender_.format(), payload.count, std::move(buffer)};
    }
  }
  return copy_payload(sender_.format(), payload);
}

// ---- what is not

// The call cannot go on: the caller's half answers this with an ERROR. It makes mail, at the end of a turn
// perhaps. If the call still waits for an authorizer, this waits behind it.
wamp::Result<void> Requests::end_call(wamp::RequestId call) {
  worker_.loop().request_turn_end();
  const wamp::Cancel cancel{call, {{"mode", "killnowait"}}};
  if (held_ && holds(cancel, serializers::encode(sender_.format(), cancel), true)) return {};
  return realm_->handle(member_, cancel);
}

// As if the callee had said so.
wamp::Result<void> Requests::refuse_answer(wamp::RequestId invocation, const Refusal& refusal) {
  worker_.loop().request_turn_end();
  return realm_->handle(member_, error_of(wamp::MessageType::invocation, invocation, refusal),
                        payload_if_any_of(refusal));
}

void Requests::send_refusal(wamp::MessageType type, wamp::RequestId request, const Refusal& refusal) {
  const wamp::Error error = error_of(type, request, refusal);
  if (sender_.send(error, payload_if_any_of(refusal)) &&
      member_.branch.is_tapped.load(std::memory_order_relaxed)) [[unlikely]]
    realm_->show(member_, seen(error, false, sender_.format(), {}));
}

void Requests::refuse_id_in_use(wamp::MessageType type, wamp::RequestId request) {
  send_refusal(type, request,
               {wamp::error_uri::invalid_argument,
                std::string(wamp::name(type)) + ".Request: " + std::to_string(request.value) +
                    " is the id of a request that has not been answered yet"});
}

// ---- messages that are too long

// The peer has announced a maximum message length (RawSocket) and must not be sent more. Whoever waits for
// the message gets an ERROR in its place.
void Requests::refuse_too_long(const wamp::Message& message) {
  worker_.counters().lost_message_too_long.add();
  const Refusal too_long{wamp::error_uri::payload_size_exceeded, {}};
  const auto* invocation = std::get_if<wamp::Invocation>(&message);
  const auto* result = std::get_if<wamp::CallResult>(&message);
  const auto* refused = std::get_if<wamp::Error>(&message);
  wamp::Result<void> told;
  if (invocation)
    told = refuse_answer(invocation->request, too_long);
  else if (result && result->details.find("progress"))
    told = end_call(result->request);
  else if (result)
    send_refusal(wamp::MessageType::call, result->request, too_long);
  else if (refused)
    send_refusal(refused->request_type, refused->request, too_long);
  assert(told && "the realm itself has sent what this answers");
}

wamp::Result<bool> Requests::refuse(const serializers::MessageStart& start, const Refusal& refusal) {
  const bool is_chunk = start.type == wamp::MessageType::call && ids_.is_chunk(start.request, start.progress);
  return refuse(start, refusal, is_chunk);
}

wamp::Result<bool> Requests::refuse(const serializers::MessageStart& start, const Refusal& refusal,
                                    bool is_chunk) {
  const std::optional<SessionRule> rule = session_rule(start.type);
  if (!rule || (rule->role && !member_.features.has(*rule->role))) return false;
  if (rule->new_request) return refuse_request(start, refusal, is_chunk);
  // It has no answer of its own: the call ends, as it asks for.
  if (start.type == wamp::MessageType::cancel) {
    if (const auto told = end_call(start.request); !told) return told.error();
    return true;
  }
  if (!answers_invocation(start)) return false;
  if (const auto told = refuse_answer(start.request, refusal); !told) return told.error();
  return true;
}

wamp::Result<bool> Requests::refuse_request(const serializers::MessageStart& start, const Refusal& refusal,
                                            bool is_chunk) {
  if (is_chunk) {
    if (const auto told = end_call(start.request); !told) return told.error();
    return true;
  }
  const bool may_be_unacknowledged = start.type == wamp::MessageType::publish;
  if (may_be_unacknowledged && !start.acknowledge) return false;
  if (const auto taken = ids_.take(start.type, start.request); !taken) return taken.error();
  if (!may_be_unacknowledged || *start.acknowledge) send_refusal(start.type, start.request, refusal);
  return true;
}

// ---- when memory is short

wamp::Result<bool> Requests::refuse_for_memory(wamp::MessageType type, std::string_view bytes,
                                               bool is_chunk) {
  const bool adds = type == wamp::MessageType::subscribe || type == wamp::MessageType::register_;
  if (!adds && bytes.size() <= frugal_message_size) return false;
  serializers::Scratch scratch;  // the worker's holds the message, which may yet be carried out
  const auto start = serializers::decode_start(sender_.format(), bytes, scratch);
  if (!start) return false;
  auto refused = refuse(*start, {wamp::error_uri::unavailable, {}}, is_chunk);
  if (refused && *refused) worker_.counters().lost_memory.add();
  return refused;
}

}  // namespace router

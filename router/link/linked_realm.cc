#include "router/link/linked_realm.h"

#include <utility>

#include "wamp/error_uris.h"

namespace router::link {
namespace {

// Requests ascend over all places of a link, so that none of a realm that is served anew is taken for one of
// before; and their numbers are those of its calls.
constexpr unsigned request_bits = 41;
static_assert(((CallNumber{LinkedRealm::most_places} + 1) << request_bits) <= wamp::max_id);

wamp::RequestId before_first(uint16_t place) {
  return wamp::RequestId(CallNumber{place} << request_bits);
}

// The router's own ERROR at the callee's node, of a call that no callee there has got.
bool is_not_taken(const wamp::Error& error) {
  return error.error == wamp::error_uri::no_such_procedure ||
         error.error == wamp::error_uri::no_available_callee || error.error == wamp::error_uri::unavailable;
}

}  // namespace

LinkedRealm::LinkedRealm(Worker& worker, std::shared_ptr<Realm> realm, uint16_t place, bool prefers_here,
                         Wire& wire, const Refusal& failure)
    : wire_(wire),
      realm_(std::move(realm)),
      place_(place),
      prefers_here_(prefers_here),
      failure_(failure),
      address_(worker),
      member_(realm_->join_link(address_.ref(), failure, before_first(place))) {
  address_.lead_to(*this);
}

dealer::OfferHeard LinkedRealm::set_callees(std::string_view procedure, wamp::MatchPolicy match,
                                            const dealer::RemoteOffer& offer) {
  return realm_->set_remote_callees(*member_, procedure, match, offer);
}

void LinkedRealm::set_takes_calls(bool takes) {
  CalleeState& callee = *member_->callee;
  callee.clogged.store(!takes);
  if (callee.is_wanted_again()) realm_->on_takes_calls(callee);
}

// ---- mail: of calls that go there

void LinkedRealm::take(Invoke&& invoke) {
  if (is_lost()) return realm_->refuse(invoke.call, failure_);
  const Invoke::Facts facts = invoke.facts;
  realm_->take(*member_, std::move(invoke), [&](wamp::Invocation& message, RoutedPayload&& payload, bool) {
    member_->callee->room.on_arrival(facts.is_chunk ? 0 : room_taken(payload), 0);
    wamp::Call call;
    call.request = message.request;
    const wamp::Dict details = std::move(message.details);
    call.procedure = *details.find("procedure")->get<std::string>();
    if (facts.is_chunk) {
      if (details.find("progress")) call.options.append("progress", true);
      return send(FrameKind::chunk, std::move(call), payload);
    }
    call.options = details;
    if (facts.caller_takes_passthru) call.options.append("takes_passthru", true);
    const CallNumber number = call.request.value;
    wire_.send_call(number, encode(FrameKind::message, realm_->name(), std::move(call), payload));
  });
}

void LinkedRealm::take(CallNotice&& notice) {
  if (is_lost()) return;
  realm_->take(*member_, std::move(notice),
               [&](const wamp::Interrupt& interrupt, RoutedPayload&&, bool) { send_interrupt(interrupt); });
}

void LinkedRealm::send_interrupt(const wamp::Interrupt& interrupt) {
  send(FrameKind::message, wamp::Cancel{interrupt.request, interrupt.options}, {});
  const auto* const mode = interrupt.options.find("mode")->get<std::string>();
  if (*mode != "kill") wire_.end_call(interrupt.request.value);
}

// ---- mail: of calls that came from there

void LinkedRealm::take(Answer&& answer) {
  if (is_lost()) return;
  const auto kind = answer.kind == Answer::Kind::not_taken ? FrameKind::not_taken : FrameKind::message;
  realm_->take(*member_, std::move(answer), [&](auto& message, RoutedPayload&& payload, bool) {
    send(kind, std::move(message), payload);
  });
}

void LinkedRealm::deliver(Delivery& delivery) {
  if (is_lost()) return;
  if (const auto* const interrupt = std::get_if<wamp::Interrupt>(&delivery.message))
    return send_interrupt(*interrupt);
  const auto* const error = std::get_if<wamp::Error>(&delivery.message);
  if (!error || error->request_type != wamp::Call::type) return;
  send(is_not_taken(*error) ? FrameKind::not_taken : FrameKind::message, delivery.message, delivery.payload);
}

// ---- frames

bool LinkedRealm::take_frame(const Frame& frame) {
  if (is_lost()) return false;
  return std::visit([&](const auto& message) { return take_message(message, frame); }, frame.message);
}

bool LinkedRealm::take_message(const wamp::Call& message, const Frame& frame) {
  if (frame.kind == FrameKind::not_taken) return false;
  RoutedPayload payload = copy_payload(frame.format, message.payload);
  if (frame.kind == FrameKind::chunk)
    return static_cast<bool>(realm_->forward_more(*member_, message, std::move(payload)));
  // It has come already.
  if (message.request <= last_call_) return false;
  const auto call = message.request.value < wamp::max_id ? forwarded(message) : std::nullopt;
  if (call) {
    last_call_ = message.request;
    realm_->forward(*member_, *call, std::move(payload));
    return true;
  }
  const Refusal why{wamp::error_uri::invalid_argument,
                    "the other node has sent a call that this one cannot read"};
  send(FrameKind::message, error_of(wamp::Call::type, message.request, why), payload_of(why));
  return false;
}

bool LinkedRealm::take_message(const wamp::Cancel& cancel, const Frame&) {
  const wamp::Value* const found = cancel.options.find("mode");
  const auto* const mode = found ? found->get<std::string>() : nullptr;
  if (!mode) return false;
  if (*mode == "kill") return static_cast<bool>(realm_->handle(*member_, cancel));
  realm_->abandon(*member_, cancel.request, *mode != "skip");
  return true;
}

bool LinkedRealm::take_message(const wamp::CallResult& result, const Frame& frame) {
  const wamp::Value* const progress = result.details.find("progress");
  const bool* const goes_on = progress ? progress->get<bool>() : nullptr;
  const auto taken = realm_->handle(*member_, wamp::Yield{result.request, result.details, {}},
                                    copy_payload(frame.format, result.payload));
  return end_answer(result.request, !goes_on || !*goes_on, static_cast<bool>(taken));
}

bool LinkedRealm::take_message(const wamp::Error& error, const Frame& frame) {
  if (error.request_type != wamp::Call::type) return false;
  const wamp::Error of_callee{wamp::Invocation::type, error.request, error.details, error.error, {}};
  RoutedPayload payload = copy_payload(frame.format, error.payload);
  const auto taken = frame.kind == FrameKind::not_taken
                         ? realm_->refuse_forwarded(*member_, of_callee, std::move(payload))
                         : realm_->handle(*member_, of_callee, std::move(payload));
  return end_answer(error.request, true, static_cast<bool>(taken));
}

bool LinkedRealm::end_answer(wamp::RequestId request, bool is_last, bool is_taken) {
  if (is_last || !is_taken) wire_.end_call(request.value);
  if (!is_taken) fail_call(request.value);
  return is_taken;
}

// ---- the end

void LinkedRealm::fail_call(CallNumber call) {
  if (is_lost() || call >> request_bits != place_) return;
  const wamp::RequestId request(call);
  // It may have been answered.
  static_cast<void>(
      realm_->handle(*member_, error_of(wamp::Invocation::type, request, failure_), payload_of(failure_)));
}

}  // namespace router::link

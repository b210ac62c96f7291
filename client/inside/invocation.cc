#include <utility>

#include "client/inside/invocation_state.h"
#include "wamp/error_uris.h"

namespace client {
namespace {

constexpr std::string_view runtime_error = "wamp.error.runtime_error";

}  // namespace

Invocation::State::~State() {
  if (!is_ended) fail(runtime_error, Payload({"the callee has not answered"}), {});
}

void Invocation::State::answer(const wamp::Message& message, const Payload& sent) {
  if (std::exchange(is_answered, true) || is_ended || !owner) return;
  Procedures& procedures = *owner;
  if (const auto error = procedures.send(message, sent)) {
    const wamp::Error refusal{wamp::MessageType::invocation, request, {}, error->uri, {}};
    procedures.send(refusal, error->payload);
  }
  end();
}

void Invocation::State::end() {
  is_ended = true;
  // Not while they are still here: what they have goes with them.
  const auto interrupt_call = std::exchange(on_interrupt, nullptr);
  const auto more_call = std::exchange(on_more, nullptr);
  if (owner) owner->end(request, has_more);
}

void Invocation::State::fail(std::string_view uri, const Payload& sent, const wamp::Dict& its_details) {
  answer(wamp::Error{wamp::MessageType::invocation, request, its_details, std::string(uri), {}}, sent);
}

void Invocation::State::interrupt(std::string_view mode) {
  if (std::exchange(is_interrupted, true) || is_ended) return;
  const auto call = std::exchange(on_interrupt, nullptr);
  // Nobody waits for an answer but to "kill".
  if (mode != "kill") end();
  if (call) call(mode);
}

const wamp::Dict& Invocation::details() const {
  return state_->details;
}
const Payload& Invocation::payload() const {
  return state_->payload;
}
std::string_view Invocation::procedure() const {
  return state_->procedure;
}
wamp::RegistrationId Invocation::registration() const {
  return state_->registration;
}
bool Invocation::wants_progress() const {
  return state_->wants_progress;
}
bool Invocation::has_more() const {
  return state_->has_more;
}
bool Invocation::is_interrupted() const {
  return state_->is_interrupted;
}
bool Invocation::is_answered() const {
  return state_->is_answered;
}

void Invocation::progress(const Payload& payload, const wamp::Dict& options) {
  if (!state_->wants_progress || state_->is_ended || !state_->owner) return;
  wamp::Yield yield{state_->request, options, {}};
  yield.options.set("progress", true);
  if (const auto error = state_->owner->send(yield, payload)) state_->fail(error->uri, error->payload, {});
}

void Invocation::result(const Payload& payload, const wamp::Dict& options) {
  state_->answer(wamp::Yield{state_->request, options, {}}, payload);
}

void Invocation::error(std::string_view uri, const Payload& payload, const wamp::Dict& details) {
  state_->fail(uri, payload, details);
}

void Invocation::on_interrupt(std::function<void(std::string_view mode)> call) {
  if (!state_->is_ended && !state_->is_interrupted) state_->on_interrupt = std::move(call);
}

void Invocation::on_more(std::function<void(const Payload& payload, bool is_last)> call) {
  if (state_->is_ended || !state_->has_more) return;
  state_->on_more = std::make_shared<const std::function<void(const Payload&, bool)>>(std::move(call));
}

}  // namespace client

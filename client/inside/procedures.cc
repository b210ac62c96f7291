#include "client/inside/procedures.h"

#include <utility>
#include <vector>

#include "client/inside/invocation_state.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace client {
namespace {

// A router may never send the last part of what has ended, so it is not waited for for ever.
constexpr size_t max_ended_with_more = 1000;

}  // namespace

void Procedures::register_procedure(std::string_view procedure, Session::OnInvocation on_invocation,
                                    const wamp::Dict& options, Session::OnRegistered done) {
  const wamp::RequestId request = outlet_.next_request();
  Registering waiting{std::string(procedure),
                      std::make_shared<const Session::OnInvocation>(std::move(on_invocation)),
                      std::move(done)};
  if (auto error = outlet_.send_request(wamp::Register{request, options, procedure}))
    return fail_later(std::move(waiting), std::move(*error));
  waiting_.emplace(request.value, std::move(waiting));
}

// Its calls that are on the way still find the handler, until UNREGISTERED has come.
void Procedures::unregister(wamp::RegistrationId registration, Session::OnDone done) {
  const wamp::RequestId request = outlet_.next_request();
  if (auto error = outlet_.send_request(wamp::Unregister{request, registration}))
    return fail_later(std::move(done), std::move(*error));
  waiting_.emplace(request.value, [this, registration, done = std::move(done)](const Error* error) {
    if (!error) registrations_.erase(registration.value);
    if (done) done(error);
  });
}

void Procedures::on_registered(const wamp::Registered& message) {
  const auto found = waiting_.find(message.request.value);
  if (found == waiting_.end() || !std::holds_alternative<Registering>(found->second)) return;
  Registering waiting = std::move(std::get<Registering>(found->second));
  waiting_.erase(found);
  registrations_[message.registration.value] = {std::move(waiting.procedure),
                                                std::move(waiting.on_invocation)};
  if (waiting.done) waiting.done(message.registration, nullptr);
}

void Procedures::on_unregistered(const wamp::Unregistered& message) {
  const auto found = waiting_.find(message.request.value);
  if (found == waiting_.end() || !std::holds_alternative<Session::OnDone>(found->second)) return;
  const auto done = std::move(std::get<Session::OnDone>(found->second));
  waiting_.erase(found);
  if (done) done(nullptr);
}

void Procedures::refuse(wamp::RequestId invocation, bool has_more, std::string_view uri,
                        std::string_view text) {
  end(invocation, has_more);
  outlet_.send(wamp::Error{wamp::MessageType::invocation, invocation, {}, std::string(uri), {}},
               Payload({text}));
}

void Procedures::on_invocation(wamp::Invocation& message, Payload payload) {
  wamp::Attributes details(message.details, "INVOCATION.Details");
  const bool has_more = details.boolean("progress", false);
  if (const auto found = invocations_.find(message.request.value); found != invocations_.end()) {
    const auto state = found->second.lock();
    if (!state) return;
    state->has_more = has_more;
    const auto on_more = has_more ? state->on_more : std::exchange(state->on_more, nullptr);
    if (on_more && *on_more) (*on_more)(payload, !has_more);
    return;
  }
  if (const auto ended = ended_with_more_.find(message.request.value); ended != ended_with_more_.end()) {
    if (!has_more) ended_with_more_.erase(ended);
    return;
  }
  const auto found = registrations_.find(message.registration.value);
  if (found == registrations_.end())
    return refuse(message.request, has_more, wamp::error_uri::no_such_registration,
                  "it is not registered here any more");
  if (invocations_.size() >= max_invocations_)
    return refuse(message.request, has_more, wamp::error_uri::unavailable,
                  "there are " + std::to_string(invocations_.size()) + " calls here already");
  auto state = std::make_shared<Invocation::State>(*this, message.request);
  state->registration = message.registration;
  state->procedure = details.string("procedure").value_or(found->second.procedure);
  state->wants_progress = details.boolean("receive_progress", false);
  state->has_more = has_more;
  state->details = std::move(message.details);
  state->payload = std::move(payload);
  invocations_.emplace(message.request.value, state);
  const auto handler = found->second.on_invocation;
  if (*handler) (*handler)(Invocation(std::move(state)));
}

void Procedures::end(wamp::RequestId invocation, bool has_more) {
  invocations_.erase(invocation.value);
  if (!has_more) return;
  ended_with_more_.insert(invocation.value);
  if (ended_with_more_.size() > max_ended_with_more) ended_with_more_.erase(ended_with_more_.begin());
}

void Procedures::on_interrupt(const wamp::Interrupt& message) {
  const auto found = invocations_.find(message.request.value);
  const auto state = found == invocations_.end() ? nullptr : found->second.lock();
  if (state)
    state->interrupt(wamp::Attributes(message.options, "INTERRUPT.Options").string("mode").value_or("kill"));
}

void Procedures::fail(const Waiting& waiting, const Error& error) {
  if (const auto* const registering = std::get_if<Registering>(&waiting)) {
    if (registering->done) registering->done({}, &error);
  } else if (const auto& done = std::get<Session::OnDone>(waiting)) {
    done(&error);
  }
}

void Procedures::fail_later(Waiting waiting, Error error) {
  outlet_.later([waiting = std::move(waiting), error = std::move(error)] { fail(waiting, error); });
}

void Procedures::on_error(wamp::RequestId request, const Error& error) {
  if (const auto failed = waiting_.extract(request.value); !failed.empty()) fail(failed.mapped(), error);
}

void Procedures::fail_all(const Error& error) {
  while (!waiting_.empty()) on_error(wamp::RequestId(waiting_.begin()->first), error);
  registrations_.clear();
  for (const auto& state : take_invocations()) is_abandoned_ ? state->end() : state->interrupt("");
}

std::vector<std::shared_ptr<Invocation::State>> Procedures::take_invocations() {
  std::vector<std::shared_ptr<Invocation::State>> taken;
  for (const auto& [request, invocation] : std::exchange(invocations_, {}))
    if (auto state = invocation.lock()) taken.push_back(std::move(state));
  for (const auto& state : taken) state->owner = nullptr;
  return taken;
}

void Procedures::abandon() {
  is_abandoned_ = true;
  waiting_.clear();
  registrations_.clear();
  for (const auto& state : take_invocations()) state->end();
}

}  // namespace client

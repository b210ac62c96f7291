#include "tests/simulation/ledger.h"

#include <algorithm>

#include "wamp/attributes.h"

namespace simulation {
namespace {

using wamp::MessageType;

uint64_t number_of(const wamp::Dict& dict, std::string_view key) {
  const wamp::Value* value = dict.find(key);
  return value ? wamp::as_id(*value).value_or(0) : 0;
}

Request about(std::string_view uri, const wamp::Dict& options) {
  return {.uri = std::string(uri),
          .match = wamp::match_policy(text_of(options, "match")).value_or(wamp::MatchPolicy::exact),
          .node = text_of(options, "nkey"),
          .concurrency = number_of(options, "concurrency")};
}

// What was asked for, when it is answered.
Request answered(Life& who, MessageType type, wamp::RequestId request) {
  const auto found = who.requests.find({type, request.value});
  if (found == who.requests.end()) return {};
  Request asked = std::move(found->second);
  who.requests.erase(found);
  return asked;
}

// Of an answer, or of a revocation, which says it in its details.
uint64_t given_up(Life& who, MessageType type, wamp::RequestId request,
                  const std::optional<wamp::Dict>& details, std::string_view key) {
  if (request != wamp::RequestId()) return answered(who, type, request).held;
  return details ? number_of(*details, key) : 0;
}

// What it was asked as a callee counts no more, also if it comes back.
void end_registration(Life& who, uint64_t registration) {
  who.registrations.erase(registration);
  for (auto& [id, owed] : who.invocations)
    if (owed.registration == registration) owed.registration = 0;
}

}  // namespace

bool is_true(const wamp::Dict& dict, std::string_view key) {
  const wamp::Value* value = dict.find(key);
  const bool* flag = value ? value->get<bool>() : nullptr;
  return flag && *flag;
}

std::string text_of(const wamp::Dict& dict, std::string_view key) {
  const wamp::Value* value = dict.find(key);
  const std::string* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : "";
}

bool is_kept(const wamp::Event& event) {
  return is_true(event.details, "retained") || is_true(event.details, "_replayed");
}

bool Life::gives_up(MessageType how, uint64_t held) const {
  return std::any_of(requests.begin(), requests.end(), [&](const auto& request) {
    return request.first.first == how && request.second.held == held;
  });
}

Life& Ledger::begin_life(size_t client, uint64_t connection, const wamp::ClientFeatures& features) {
  auto life = std::make_unique<Life>();
  life->number = lives_.size() + 1;
  life->client = client;
  life->connection = connection;
  life->features = features;
  going_on_.push_back(life.get());
  return *lives_.emplace_back(std::move(life));
}

void Ledger::end_life(Life& life) {
  life.is_over = true;
  std::erase(going_on_, &life);
}

std::shared_ptr<CallStory> Ledger::call_of(const std::optional<Stamp>& stamp) const {
  if (!stamp) return nullptr;
  const auto found = calls_.find(stamp->number);
  return found == calls_.end() ? nullptr : found->second;
}

// ---- what clients say

void Ledger::on_said(Life& who, const wamp::Message& message, const std::optional<Stamp>& stamp) {
  if (const auto* m = std::get_if<wamp::Subscribe>(&message)) {
    who.requests[{m->type, m->request.value}] = about(m->topic, m->options);
  } else if (const auto* m = std::get_if<wamp::Unsubscribe>(&message)) {
    who.requests[{m->type, m->request.value}] = {.held = m->subscription.value};
  } else if (const auto* m = std::get_if<wamp::Register>(&message)) {
    who.requests[{m->type, m->request.value}] = about(m->procedure, m->options);
  } else if (const auto* m = std::get_if<wamp::Unregister>(&message)) {
    who.requests[{m->type, m->request.value}] = {.held = m->registration.value};
  } else if (const auto* m = std::get_if<wamp::Publish>(&message)) {
    if (is_true(m->options, "acknowledge"))
      who.requests[{m->type, m->request.value}] = about(m->topic, m->options);
  } else if (const auto* m = std::get_if<wamp::Call>(&message)) {
    on_call(who, *m, stamp);
  } else if (const auto* m = std::get_if<wamp::Cancel>(&message)) {
    if (who.calls.contains(m->request.value)) who.calls.at(m->request.value)->is_canceled = true;
  } else if (const auto* m = std::get_if<wamp::Yield>(&message)) {
    if (is_true(m->options, "progress"))
      ++who.invocations[m->request.value].yields;
    else
      who.invocations.erase(m->request.value);
  } else if (const auto* m = std::get_if<wamp::Error>(&message)) {
    who.invocations.erase(m->request.value);
  } else {
    who.is_leaving = true;  // GOODBYE, ABORT, or something that breaks the protocol
  }
}

void Ledger::on_call(Life& who, const wamp::Call& call, const std::optional<Stamp>& stamp) {
  const bool more_follows = is_true(call.options, "progress");
  if (const auto found = who.calls.find(call.request.value); found != who.calls.end()) {
    ++found->second->parts;
    found->second->more_follows = more_follows;
    return;
  }
  if (stamp && stamp->part > 0) return;  // a chunk of one that has been answered
  const auto story = std::make_shared<CallStory>();
  story->caller = who.number;
  story->number = stamp ? stamp->number : 0;
  story->request = call.request.value;
  story->procedure = call.procedure;
  story->routing_key = text_of(call.options, "rkey");
  story->receives_progress = is_true(call.options, "receive_progress");
  story->is_progressive = story->more_follows = more_follows;
  if (const uint64_t timeout_ms = number_of(call.options, "timeout"))
    story->deadline = clock_.now() + std::chrono::milliseconds(timeout_ms);
  who.calls[call.request.value] = story;
  if (stamp) calls_[stamp->number] = story;
  if (call.procedure.starts_with("wamp.")) on_call_of_router(who, call);
}

void Ledger::on_call_of_router(Life& who, const wamp::Call& call) {
  const bool strips = call.procedure.find(".remove_") != std::string_view::npos;
  const bool kills = call.procedure.find(".kill") != std::string_view::npos;
  for (Life* const life : going_on_) {
    if (life == &who) continue;
    life->is_stripped = life->is_stripped || strips;
    const std::string session = std::to_string(life->session);
    const bool is_meant = call.procedure == "wamp.session.kill_all" ||
                          call.payload.bytes.find(session) != std::string_view::npos;
    if (kills && is_meant) life->is_doomed = true;
  }
  who.is_stripped = who.is_stripped || strips;
}

void Ledger::doom_holder(size_t client) {
  const auto wants = [](const Life& who, const std::string& procedure) {
    return std::any_of(who.requests.begin(), who.requests.end(), [&](const auto& request) {
      return request.first.first == MessageType::register_ && request.second.uri == procedure;
    });
  };
  // It may have what it wants already, and not have heard it.
  const auto may_hold = [&](const Life& who, const std::string& procedure) {
    return wants(who, procedure) ||
           std::any_of(who.registrations.begin(), who.registrations.end(),
                       [&](const auto& held) { return held.second.procedure == procedure; });
  };
  for (Life* const holder : going_on_) {
    if (holder->client != client) continue;
    for (const Life* other : going_on_)
      for (const auto& [key, request] : other->requests)
        if (other != holder && key.first == MessageType::register_ && may_hold(*holder, request.uri))
          doom(*holder);
  }
}

// ---- what they hear

void Ledger::on_heard(Life& who, const wamp::Message& message, const std::optional<Stamp>& stamp) {
  if (const auto* m = std::get_if<wamp::Welcome>(&message)) {
    who.session = m->session.value;
  } else if (const auto* m = std::get_if<wamp::Subscribed>(&message)) {
    const Request asked = answered(who, MessageType::subscribe, m->request);
    who.subscriptions[m->subscription.value] = {asked.uri, asked.match, asked.node};
  } else if (const auto* m = std::get_if<wamp::Unsubscribed>(&message)) {
    const uint64_t past = given_up(who, MessageType::unsubscribe, m->request, m->details, "subscription");
    who.subscriptions.erase(past);
    who.lost_subscriptions.erase(past);
  } else if (const auto* m = std::get_if<wamp::Registered>(&message)) {
    const Request asked = answered(who, MessageType::register_, m->request);
    who.registrations[m->registration.value] = {asked.uri, asked.concurrency};
  } else if (const auto* m = std::get_if<wamp::Unregistered>(&message)) {
    const uint64_t past = given_up(who, MessageType::unregister, m->request, m->details, "registration");
    end_registration(who, past);
    who.lost_registrations.erase(past);
  } else if (const auto* m = std::get_if<wamp::Event>(&message)) {
    if (is_kept(*m)) who.has_had_kept_events = true;
  } else if (const auto* m = std::get_if<wamp::Published>(&message)) {
    answered(who, MessageType::publish, m->request);
  } else if (const auto* m = std::get_if<wamp::Invocation>(&message)) {
    on_invocation(who, *m, stamp);
  } else if (const auto* m = std::get_if<wamp::Interrupt>(&message)) {
    const auto found = who.invocations.find(m->request.value);
    if (found != who.invocations.end()) found->second.is_interrupted = true;
  } else if (const auto* m = std::get_if<wamp::CallResult>(&message)) {
    if (!is_true(m->details, "progress")) end_call(who, m->request.value);
  } else if (const auto* m = std::get_if<wamp::Error>(&message)) {
    on_error(who, *m);
  }
}

void Ledger::on_invocation(Life& who, const wamp::Invocation& invocation, const std::optional<Stamp>& stamp) {
  const bool more_follows = is_true(invocation.details, "progress");
  if (const auto found = who.invocations.find(invocation.request.value); found != who.invocations.end()) {
    found->second.has_all_chunks = !more_follows;
    return;
  }
  const auto call = call_of(stamp);
  if (call && stamp->part > 0) return;  // a chunk of one that has been answered
  if (call) call->invoked.insert(who.number);
  who.invocations[invocation.request.value] = {
      invocation.registration.value, call, is_true(invocation.details, "receive_progress"), !more_follows};
}

void Ledger::on_error(Life& who, const wamp::Error& error) {
  if (error.request_type == MessageType::call) return end_call(who, error.request.value);
  const uint64_t held = answered(who, error.request_type, error.request).held;
  // It has been taken away without a word, or an earlier request that waits yet gives it up.
  if (who.gives_up(error.request_type, held)) return;
  if (error.request_type == MessageType::unsubscribe && who.subscriptions.erase(held))
    who.lost_subscriptions.insert(held);
  if (error.request_type != MessageType::unregister) return;
  end_registration(who, held);
  who.lost_registrations.insert(held);
}

void Ledger::end_call(Life& who, uint64_t request) {
  const auto found = who.calls.find(request);
  if (found == who.calls.end()) return;
  found->second->is_answered = true;
  who.calls.erase(found);
}

}  // namespace simulation

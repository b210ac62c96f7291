#include "bench/reliability/steady.h"

#include <stdexcept>

#include "bench/load/clock.h"
#include "bench/load/tally.h"
#include "bench/reliability/story.h"

namespace bench::reliability {

using namespace load;

namespace {

constexpr uint64_t kInterrupt = 69;
constexpr std::string_view kSteady = "steady ";

Session::Plan plan(const char* name, List first_request) {
  return {.name = name,
          .floor_path = {},
          .serializer = &load::json(),
          .peer_serializer = &load::json(),
          .first_request = std::move(first_request)};
}

[[noreturn]] void complain(const Session& session, std::string_view message) {
  throw std::runtime_error(session.name() + " heard " + printable(message));
}

}  // namespace

SteadyCaller::SteadyCaller(Loop& loop, const Options& options)
    : Session(loop, options, plan("the steady caller", {})) {}

void SteadyCaller::call() {
  send({kCall, ++asked_, Dict{{"timeout", 2000}}, kShared, List{"hello"}});
}

void SteadyCaller::on_wamp(const Head& head, std::string_view message, uint64_t) {
  const bool refused = head.type == kError && head.id == kCall;
  const uint64_t request = refused ? head.second : head.id;
  if ((!refused && head.type != kResult) || request != asked_ || answered_ == asked_)
    complain(*this, message);
  ++answered_;
}

SteadyCallee::SteadyCallee(Loop& loop, const Options& options)
    : Session(loop, options, plan("the steady callee", {kRegister, 1, Dict{}, kNever})) {}

void SteadyCallee::on_ready(uint64_t) {
  send({kRegister, 2, Dict{}, kEcho});
}

void SteadyCallee::on_wamp(const Head& head, std::string_view message, uint64_t) {
  if (head.type == kRegistered) {
    echo_ = head.second;
  } else if (head.type == kInvocation && head.second == echo_) {
    ++answered_;
    send({kYield, head.id, Dict{}, List{"hello"}});
  } else if (head.type == kInvocation) {
    waiting_.insert(head.id);
  } else if (head.type == kInterrupt) {
    if (waiting_.erase(head.id) == 0) return;  // it crossed the answer
    ++answered_;
    send({kError, kInvocation, head.id, Dict{}, "wamp.error.canceled"});
  } else {
    complain(*this, message);
  }
}

SteadyPublisher::SteadyPublisher(Loop& loop, const Options& options)
    : Session(loop, options, plan("the steady publisher", {})) {}

void SteadyPublisher::publish() {
  const std::string topic = kTopics + std::to_string(published_ % 16);
  ++published_;
  send({kPublish, published_, Dict{}, topic, List{std::string(kSteady) + std::to_string(published_)}});
}

void SteadyPublisher::on_wamp(const Head&, std::string_view message, uint64_t) {
  complain(*this, message);
}

SteadySubscriber::SteadySubscriber(Loop& loop, const Options& options)
    : Session(loop, options,
              plan("the steady subscriber", {kSubscribe, 1, Dict{{"match", "prefix"}}, kTopics})) {}

void SteadySubscriber::on_wamp(const Head& head, std::string_view message, uint64_t) {
  if (head.type != kEvent) complain(*this, message);
  const size_t at = message.find(kSteady);
  if (at == message.npos) return;  // a visitor's
  if (!message.substr(at + kSteady.size()).starts_with(std::to_string(received_ + 1) + "\""))
    throw std::runtime_error(name() + " got " + std::to_string(received_) + " events, and then " +
                             printable(message));
  ++received_;
}

Auditor::Auditor(Loop& loop, const Options& options)
    : Session(loop, options, plan("the auditor", {})), loop_(loop) {}

std::string Auditor::inventory() {
  return "sessions " + ask("wamp.session.count") + ", registrations " + ask("wamp.registration.list") +
         ", subscriptions " + ask("wamp.subscription.list");
}

std::string Auditor::ask(const std::string& procedure) {
  answer_.clear();
  send({kCall, ++asked_, Dict{}, procedure});
  const uint64_t deadline_ns = now_ns() + 10 * kSecond;
  while (answer_.empty())
    if (!loop_.turn(deadline_ns)) throw std::runtime_error(procedure + " is not answered");
  return answer_;
}

void Auditor::on_wamp(const Head& head, std::string_view message, uint64_t) {
  if (head.type != kResult || head.id != asked_) complain(*this, message);
  const std::string_view before = ",{},";
  answer_ = message.substr(message.find(before) + before.size());
  answer_.pop_back();
}

}  // namespace bench::reliability

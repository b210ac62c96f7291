#include "client/inside/conversation.h"

#include <algorithm>
#include <utility>

#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace client {
namespace {

// Of details and options that come in, which become values that take many times their bytes.
constexpr serializers::Limits limits_of_messages{
    .values = {.bytes = 1024 * 1024, .entries = 10'000, .list_items = 100'000}};
constexpr uint16_t normal_close = 1000, protocol_error_close = 1002;

wamp::Dict with_features(std::initializer_list<const char*> features) {
  wamp::Dict dict;
  for (const char* const feature : features) dict.set(feature, true);
  return {{"features", std::move(dict)}};
}

wamp::Dict own_roles() {
  return {{"caller",
           with_features({"call_canceling", "call_timeout", "caller_identification", "payload_passthru_mode",
                          "progressive_call_invocations", "progressive_call_results"})},
          {"callee", with_features({"call_canceling", "call_reroute", "caller_identification",
                                    "call_trustlevels", "pattern_based_registration", "payload_passthru_mode",
                                    "progressive_call_invocations", "progressive_call_results",
                                    "registration_revocation", "shared_registration"})},
          {"publisher", with_features({"payload_passthru_mode", "publisher_exclusion",
                                       "publisher_identification", "subscriber_blackwhite_listing"})},
          {"subscriber", with_features({"event_history", "pattern_based_subscription",
                                        "payload_passthru_mode", "publication_trustlevels",
                                        "publisher_identification", "subscription_revocation"})}};
}

std::string text_of(const wamp::Dict& details, std::string_view key) {
  return std::string(wamp::Attributes(details, "Details").string(key).value_or(""));
}

// What is said of a refusal, for people.
std::string message_of(const wamp::Dict& details, const std::string& reason) {
  const std::string text = text_of(details, "message");
  return text.empty() ? reason : text;
}

constexpr uint64_t longest_retry_after_ms = uint64_t{24} * 3600 * 1000;

std::chrono::milliseconds retry_after_of(const wamp::Dict& details) {
  const uint64_t ms = wamp::Attributes(details, "Details").integer("retry_after").value_or(0);
  return std::chrono::milliseconds(std::min(ms, longest_retry_after_ms));
}

}  // namespace

Conversation::Conversation(Loop& loop, Options options, Handlers handlers)
    : loop_(loop),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      joining_(options_),
      calls_(*this),
      topics_(*this),
      procedures_(*this, options_.max_invocations),
      link_(std::make_unique<Link>(loop.transport_loop(), options_, *this)) {}

void Conversation::begin() {
  alarm_ = std::make_unique<transport::Alarm>(loop_.transport_loop(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->calls_.on_time();
  });
  after(options_.timeout, [this] { give_up_waiting(); });
}

void Conversation::abandon() {
  is_abandoned_ = true;
  stage_ = Stage::ended;
  handlers_ = {};
  on_revoked_ = nullptr;
  calls_.abandon();
  topics_.abandon();
  procedures_.abandon();
  pings_.clear();
  link_.reset();
}

// ---- for its parts

std::optional<Error> Conversation::send(const wamp::Message& message, const Payload& payload) {
  if (stage_ != Stage::joined) return Error{std::string(error_of_end), {}, {}};
  if (link_->send(message, payload)) return std::nullopt;
  return Error{std::string(wamp::error_uri::payload_size_exceeded),
               {},
               Payload({"the message is longer than the connection takes"})};
}

std::optional<Error> Conversation::send_request(const wamp::Message& message, const Payload& payload) {
  auto error = send(message, payload);
  if (!error) last_request_ = next_request();
  return error;
}

void Conversation::later(std::function<void()> work) {
  loop_.post([weak = weak_from_this(), work = std::move(work)] {
    if (const auto self = weak.lock(); self && !self->is_abandoned_) work();
  });
}

void Conversation::after(std::chrono::milliseconds delay, std::function<void()> work) {
  loop_.after(delay, [weak = weak_from_this(), work = std::move(work)] {
    if (const auto self = weak.lock(); self && !self->is_abandoned_) work();
  });
}

// ---- the way in

void Conversation::on_open() {
  if (stage_ != Stage::connecting) return;
  stage_ = Stage::greeting;
  say_hello();
}

void Conversation::on_sent(wamp::MessageType type, std::string_view bytes) {
  if (!handlers_.on_message) return;
  const bool has_secrets = type == wamp::MessageType::authenticate;
  handlers_.on_message({true, type, link_->format(), has_secrets ? std::string_view() : bytes});
}

bool Conversation::say(const wamp::Message& message) {
  return link_->send(message, {});
}

void Conversation::say_or_end(const wamp::Message& message) {
  if (say(message)) return;
  const std::string name(wamp::name(wamp::type_of(message)));
  close({EndKind::upgrade_refused, false, {}, "our " + name + " is longer than may be sent to this router"});
}

void Conversation::say_hello() {
  say_or_end(joining_.hello(own_roles(), "wampd client"));
}

void Conversation::take(wamp::Challenge& message) {
  const auto binding = [this](std::string_view name) { return link_->channel_binding(name); };
  auto answer = joining_.answer(message, binding);
  if (auto* const refusal = std::get_if<Joining::Refusal>(&answer)) return refuse(std::move(*refusal));
  say_or_end(std::get<wamp::Authenticate>(std::move(answer)));
}

void Conversation::take(wamp::Welcome& message) {
  if (auto refusal = joining_.refuse(message)) return refuse(*std::move(refusal));
  stage_ = Stage::joined;
  link_->set_known();
  wamp::Dict& details = message.details;
  const std::string realm = text_of(details, "realm");
  joined_ = {message.session,
             realm.empty() ? options_.realm : realm,
             text_of(details, "authid"),
             text_of(details, "authrole"),
             text_of(details, "authmethod"),
             text_of(details, "authprovider"),
             std::move(details),
             link_->cookie(),
             link_->format(),
             link_->description()};
  if (const auto call = handlers_.on_joined) call(joined_);
}

// ---- what comes in

template <class M>
void Conversation::operator()(M& message) {
  constexpr bool is_first = std::is_same_v<M, wamp::Welcome> || std::is_same_v<M, wamp::Challenge>;
  constexpr bool is_for_clients = requires {
    take(message);
  };
  if constexpr (std::is_same_v<M, wamp::Abort>) {
    return take(message);
  } else if constexpr (is_for_clients) {
    if ((stage_ == Stage::greeting) == is_first) return take(message);
  }
  refuse_broken("the router sent " + std::string(wamp::name(M::type)) + " where it must not come");
}

void Conversation::on_message(std::span<char> bytes) {
  const auto self = shared_from_this();
  if (stage_ == Stage::closing || stage_ == Stage::ended) return;
  const std::string_view message(bytes.data(), bytes.size());
  auto decoded = serializers::decode(link_->format(), message, scratch_, limits_of_messages);
  if (!decoded) return refuse_broken("the router sent " + decoded.error().message);
  if (handlers_.on_message) handlers_.on_message({false, wamp::type_of(*decoded), link_->format(), message});
  std::visit([this](auto& one) { (*this)(one); }, *decoded);
}

Payload Conversation::payload_of(const wamp::Payload& payload) const {
  return Payload::encoded(link_->format(), std::string(payload.bytes), payload.count);
}

void Conversation::take(wamp::Error& message) {
  const Error error{std::move(message.error), std::move(message.details), payload_of(message.payload)};
  switch (message.request_type) {
    case wamp::MessageType::call:
      return calls_.on_error(message.request, error);
    case wamp::MessageType::register_:
    case wamp::MessageType::unregister:
      return procedures_.on_error(message.request, error);
    default:
      return topics_.on_error(message.request, error);
  }
}

void Conversation::take(wamp::Unsubscribed& message) {
  if (message.request) return topics_.on_unsubscribed(message);
  if (!message.details) return;
  const auto id = wamp::Attributes(*message.details, "UNSUBSCRIBED.Details").integer("subscription");
  const wamp::SubscriptionId subscription(id.value_or(0));
  revoke(*message.details, topics_.forget(subscription), subscription, {});
}

void Conversation::take(wamp::Unregistered& message) {
  if (message.request) return procedures_.on_unregistered(message);
  if (!message.details) return;
  const auto id = wamp::Attributes(*message.details, "UNREGISTERED.Details").integer("registration");
  const wamp::RegistrationId registration(id.value_or(0));
  revoke(*message.details, procedures_.forget(registration), {}, registration);
}

void Conversation::revoke(const wamp::Dict& details, bool was_there, wamp::SubscriptionId subscription,
                          wamp::RegistrationId registration) {
  const auto call = on_revoked_;
  if (was_there && call) call({subscription, registration, text_of(details, "reason")});
}

// ---- signs of life

void Conversation::ping(std::function<void(std::optional<std::chrono::nanoseconds>)> done) {
  if (!link_ || !link_->is_open() || stage_ == Stage::closing || stage_ == Stage::ended)
    return later([done = std::move(done)] {
      if (done) done(std::nullopt);
    });
  const std::string payload = std::to_string(++last_ping_);
  pings_.emplace(payload, Ping{Clock::now(), std::move(done)});
  link_->ping(payload);
}

void Conversation::on_pong(std::string_view payload) {
  const auto self = shared_from_this();
  const auto found = pings_.find(payload);
  if (found == pings_.end()) return;
  const Ping ping = std::move(found->second);
  pings_.erase(found);
  if (ping.done) ping.done(Clock::now() - ping.sent);
}

// ---- the end

void Conversation::leave(std::string_view reason, std::chrono::milliseconds patience) {
  if (stage_ == Stage::joined) {
    stage_ = Stage::leaving;
    if (!say(wamp::Goodbye{{}, std::string(reason)}))
      return close({EndKind::left, true, {}, "it left without a GOODBYE, which the router does not take"});
    await_goodbye(patience);
  } else if (stage_ == Stage::connecting || stage_ == Stage::greeting) {
    stage_ = Stage::closing;
    end_ = End{EndKind::left, false, {}, "it left before it had joined"};
    later([this] {
      if (stage_ == Stage::closing) finish(*std::move(end_));
    });
  }
}

void Conversation::await_goodbye(std::chrono::milliseconds patience) {
  after(patience, [this, patience, before = queued_bytes()] {
    if (stage_ != Stage::leaving) return;
    if (queued_bytes() < before) return await_goodbye(patience);
    close({EndKind::left, true, {}, "the router did not answer the GOODBYE"});
  });
}

void Conversation::take(wamp::Goodbye& message) {
  const bool we_leave = stage_ == Stage::leaving;
  if (!we_leave) say(wamp::Goodbye{{}, std::string(wamp::close_uri::goodbye_and_out)});
  close({we_leave ? EndKind::left : EndKind::goodbye, true, message.reason,
         we_leave ? "it left" : message_of(message.details, message.reason), false,
         retry_after_of(message.details)});
}

void Conversation::take(wamp::Abort& message) {
  const bool joined = stage_ == Stage::joined || stage_ == Stage::leaving;
  close({kind_of_abort(message.reason, joined), joined, message.reason,
         message_of(message.details, message.reason), false, retry_after_of(message.details)});
}

void Conversation::refuse(Joining::Refusal refusal) {
  say(wamp::Abort{{{"message", refusal.text}}, std::string(refusal.reason), {}});
  const bool joined = stage_ == Stage::joined || stage_ == Stage::leaving;
  close({refusal.kind, joined, {}, std::move(refusal.text)});
}

void Conversation::refuse_broken(std::string text) {
  refuse({EndKind::protocol_error, wamp::error_uri::protocol_violation, std::move(text)});
}

void Conversation::close(End end) {
  const bool broken = end.kind == EndKind::protocol_error;
  end_ = std::move(end);
  stage_ = Stage::closing;
  link_->close(broken ? protocol_error_close : normal_close, {});
}

void Conversation::on_closed(End end) {
  const auto self = shared_from_this();
  end.joined = stage_ == Stage::joined || stage_ == Stage::leaving;
  if (stage_ == Stage::leaving)
    end_ = End{EndKind::left, true, {}, "it left, and the router did not answer the GOODBYE"};
  if (stage_ != Stage::ended) finish(end_ ? *std::move(end_) : std::move(end));
}

void Conversation::give_up_waiting() {
  if (stage_ != Stage::connecting && stage_ != Stage::greeting) return;
  const bool is_there = stage_ == Stage::greeting;
  const std::string what = is_there ? "the router to let us in" : link_->waits_for();
  finish({is_there ? EndKind::timeout : EndKind::cannot_connect,
          false,
          {},
          "waited " + std::to_string(options_.timeout.count()) + " ms for " + what});
}

void Conversation::finish(End end) {
  stage_ = Stage::ended;
  link_.reset();
  const Error error{std::string(error_of_end), {}, Payload({end.text})};
  calls_.fail_all(error);
  topics_.fail_all(error);
  procedures_.fail_all(error);
  while (!pings_.empty())
    if (const auto done = pings_.extract(pings_.begin()).mapped().done) done(std::nullopt);
  if (const auto call = std::exchange(handlers_.on_end, nullptr)) call(end);
}

}  // namespace client

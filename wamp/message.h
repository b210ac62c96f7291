// The messages of WAMP, each with its wire order written once.
//
// fields() and field_names of a message are in wire order, after the message type; every serializer folds
// over them. A payload, where a message has one, follows them. What a client sends most and the router only
// looks at (URIs, payload) are views into the frame or into the decoder's scratch space: valid until the next
// decode. Everything else is owned.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

#include "wamp/ids.h"
#include "wamp/message_type.h"
#include "wamp/value.h"

namespace wamp {

// Arguments and ArgumentsKw as the bytes they came as, in the serializer of the message: the elements one
// after the other, for JSON with the comma between them.
struct Payload {
  std::string_view bytes;
  uint8_t count = 0;  // 0: neither; 1: Arguments; 2: both
};

using Names1 = std::array<std::string_view, 1>;
using Names2 = std::array<std::string_view, 2>;
using Names3 = std::array<std::string_view, 3>;
using Names4 = std::array<std::string_view, 4>;

struct Hello {
  static constexpr MessageType type = MessageType::hello;
  static constexpr Names2 field_names = {"Realm", "Details"};
  std::string_view realm;  // empty, or null on the wire: the authenticator names it
  Dict details;
  auto fields() { return std::tie(realm, details); }
};

struct Welcome {
  static constexpr MessageType type = MessageType::welcome;
  static constexpr Names2 field_names = {"Session", "Details"};
  SessionId session;
  Dict details;
  auto fields() { return std::tie(session, details); }
};

struct Abort {
  static constexpr MessageType type = MessageType::abort;
  static constexpr Names2 field_names = {"Details", "Reason"};
  Dict details;
  std::string reason;
  Payload payload;
  auto fields() { return std::tie(details, reason); }
};

struct Challenge {
  static constexpr MessageType type = MessageType::challenge;
  static constexpr Names2 field_names = {"AuthMethod", "Extra"};
  std::string auth_method;
  Dict extra;
  auto fields() { return std::tie(auth_method, extra); }
};

struct Authenticate {
  static constexpr MessageType type = MessageType::authenticate;
  static constexpr Names2 field_names = {"Signature", "Extra"};
  std::string signature;
  Dict extra;
  auto fields() { return std::tie(signature, extra); }
};

struct Goodbye {
  static constexpr MessageType type = MessageType::goodbye;
  static constexpr Names2 field_names = {"Details", "Reason"};
  Dict details;
  std::string reason;
  auto fields() { return std::tie(details, reason); }
};

struct Error {
  static constexpr MessageType type = MessageType::error;
  static constexpr Names4 field_names = {"REQUEST.Type", "REQUEST.Request", "Details", "Error"};
  MessageType request_type{};
  RequestId request;
  Dict details;
  std::string error;
  Payload payload;
  auto fields() { return std::tie(request_type, request, details, error); }
};

struct Publish {
  static constexpr MessageType type = MessageType::publish;
  static constexpr Names3 field_names = {"Request", "Options", "Topic"};
  RequestId request;
  Dict options;
  std::string_view topic;
  Payload payload;
  auto fields() { return std::tie(request, options, topic); }
};

struct Published {
  static constexpr MessageType type = MessageType::published;
  static constexpr Names2 field_names = {"PUBLISH.Request", "Publication"};
  RequestId request;
  PublicationId publication;
  auto fields() { return std::tie(request, publication); }
};

struct Subscribe {
  static constexpr MessageType type = MessageType::subscribe;
  static constexpr Names3 field_names = {"Request", "Options", "Topic"};
  RequestId request;
  Dict options;
  std::string_view topic;
  auto fields() { return std::tie(request, options, topic); }
};

struct Subscribed {
  static constexpr MessageType type = MessageType::subscribed;
  static constexpr Names2 field_names = {"SUBSCRIBE.Request", "Subscription"};
  RequestId request;
  SubscriptionId subscription;
  auto fields() { return std::tie(request, subscription); }
};

struct Unsubscribe {
  static constexpr MessageType type = MessageType::unsubscribe;
  static constexpr Names2 field_names = {"Request", "SUBSCRIBED.Subscription"};
  RequestId request;
  SubscriptionId subscription;
  auto fields() { return std::tie(request, subscription); }
};

struct Unsubscribed {
  static constexpr MessageType type = MessageType::unsubscribed;
  static constexpr Names2 field_names = {"UNSUBSCRIBE.Request", "Details"};
  RequestId request;            // none (0) when the broker revokes the subscription
  std::optional<Dict> details;  // only when the broker revokes the subscription
  auto fields() { return std::tie(request, details); }
};

struct Event {
  static constexpr MessageType type = MessageType::event;
  static constexpr Names3 field_names = {"SUBSCRIBED.Subscription", "PUBLISHED.Publication", "Details"};
  SubscriptionId subscription;
  PublicationId publication;
  Dict details;
  Payload payload;
  auto fields() { return std::tie(subscription, publication, details); }
};

struct Call {
  static constexpr MessageType type = MessageType::call;
  static constexpr Names3 field_names = {"Request", "Options", "Procedure"};
  RequestId request;
  Dict options;
  std::string_view procedure;
  Payload payload;
  auto fields() { return std::tie(request, options, procedure); }
};

struct Cancel {
  static constexpr MessageType type = MessageType::cancel;
  static constexpr Names2 field_names = {"CALL.Request", "Options"};
  RequestId request;
  Dict options;
  auto fields() { return std::tie(request, options); }
};

struct CallResult {
  static constexpr MessageType type = MessageType::result;
  static constexpr Names2 field_names = {"CALL.Request", "Details"};
  RequestId request;
  Dict details;
  Payload payload;
  auto fields() { return std::tie(request, details); }
};

struct Register {
  static constexpr MessageType type = MessageType::register_;
  static constexpr Names3 field_names = {"Request", "Options", "Procedure"};
  RequestId request;
  Dict options;
  std::string_view procedure;
  auto fields() { return std::tie(request, options, procedure); }
};

struct Registered {
  static constexpr MessageType type = MessageType::registered;
  static constexpr Names2 field_names = {"REGISTER.Request", "Registration"};
  RequestId request;
  RegistrationId registration;
  auto fields() { return std::tie(request, registration); }
};

struct Unregister {
  static constexpr MessageType type = MessageType::unregister;
  static constexpr Names2 field_names = {"Request", "REGISTERED.Registration"};
  RequestId request;
  RegistrationId registration;
  auto fields() { return std::tie(request, registration); }
};

struct Unregistered {
  static constexpr MessageType type = MessageType::unregistered;
  static constexpr Names2 field_names = {"UNREGISTER.Request", "Details"};
  RequestId request;            // none (0) when the dealer revokes the registration
  std::optional<Dict> details;  // only when the dealer revokes the registration
  auto fields() { return std::tie(request, details); }
};

struct Invocation {
  static constexpr MessageType type = MessageType::invocation;
  static constexpr Names3 field_names = {"Request", "REGISTERED.Registration", "Details"};
  RequestId request;
  RegistrationId registration;
  Dict details;
  Payload payload;
  auto fields() { return std::tie(request, registration, details); }
};

struct Interrupt {
  static constexpr MessageType type = MessageType::interrupt;
  static constexpr Names2 field_names = {"INVOCATION.Request", "Options"};
  RequestId request;
  Dict options;
  auto fields() { return std::tie(request, options); }
};

struct Yield {
  static constexpr MessageType type = MessageType::yield;
  static constexpr Names2 field_names = {"INVOCATION.Request", "Options"};
  RequestId request;
  Dict options;
  Payload payload;
  auto fields() { return std::tie(request, options); }
};

using Message =
    std::variant<Hello, Welcome, Abort, Challenge, Authenticate, Goodbye, Error, Publish, Published,
                 Subscribe, Subscribed, Unsubscribe, Unsubscribed, Event, Call, Cancel, CallResult, Register,
                 Registered, Unregister, Unregistered, Invocation, Interrupt, Yield>;

// The place of the type M in Message.
template <class M>
constexpr size_t message_index = []<class... All>(const std::variant<All...>*) {
  size_t index = 0;
  static_cast<void>(((std::is_same_v<M, All> || (++index, false)) || ...));
  return index;
}(static_cast<const Message*>(nullptr));

template <class M>
concept HasPayload = requires(M message) {
  message.payload;
};

MessageType type_of(const Message& message);

}  // namespace wamp

// A message of a session, as a tap sees it: without options and details, and never one of a login.
//
// Pure. What it refers to is the message's.
#pragma once

#include <string>
#include <type_traits>

#include "router/taps/taps.h"
#include "serializers/serializer.h"
#include "wamp/message.h"

namespace router {

// Its arguments are a client's own, and go to or come from one. Those of INVOCATION and YIELD may be the
// router's own questions, with secrets of a login.
template <class M>
constexpr bool may_show_payload(const M& message, bool is_from_client) {
  constexpr bool is_client_s = std::is_same_v<M, wamp::Call> || std::is_same_v<M, wamp::Publish> ||
                               std::is_same_v<M, wamp::CallResult> || std::is_same_v<M, wamp::Event>;
  if constexpr (std::is_same_v<M, wamp::Error>)
    return !is_from_client && message.request_type == wamp::MessageType::call;
  else
    return is_client_s;
}

template <class M>
SeenMessage seen(const M& message, bool is_from_client, serializers::Format format,
                 const wamp::Payload& payload) {
  SeenMessage seen{.is_from_client = is_from_client,
                   .type = M::type,
                   .bytes = payload.bytes.size(),
                   .format = format,
                   .payload = may_show_payload(message, is_from_client) ? payload : wamp::Payload()};
  if constexpr (requires { message.request; }) seen.request = message.request;
  if constexpr (requires { message.procedure; }) seen.uri = message.procedure;
  if constexpr (requires { message.topic; }) seen.uri = message.topic;
  if constexpr (std::is_same_v<M, wamp::Error>) seen.error_uri = message.error;
  // Of a pattern the URI is in the details.
  constexpr bool is_event = std::is_same_v<M, wamp::Event>;
  if constexpr (is_event || std::is_same_v<M, wamp::Invocation>)
    if (const wamp::Value* const uri = message.details.find(is_event ? "topic" : "procedure"))
      if (const auto* const text = uri->template get<std::string>()) seen.uri = *text;
  return seen;
}

}  // namespace router

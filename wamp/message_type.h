// The message codes of the basic and the advanced profile ("Message Codes and Direction").
#pragma once

#include <cstdint>
#include <string_view>

namespace wamp {

enum class MessageType : uint16_t {
  hello = 1,
  welcome = 2,
  abort = 3,
  challenge = 4,
  authenticate = 5,
  goodbye = 6,
  error = 8,
  publish = 16,
  published = 17,
  subscribe = 32,
  subscribed = 33,
  unsubscribe = 34,
  unsubscribed = 35,
  event = 36,
  call = 48,
  cancel = 49,
  result = 50,
  register_ = 64,
  registered = 65,
  unregister = 66,
  unregistered = 67,
  invocation = 68,
  interrupt = 69,
  yield = 70,
};

// "HELLO", "REGISTER", ...; "" if there is no such type.
std::string_view name(MessageType type);

}  // namespace wamp

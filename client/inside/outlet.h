// What the parts of a session need of the whole.
//
// On the session's thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "client/messages.h"
#include "wamp/message.h"

namespace client {

class Outlet {
 public:
  virtual wamp::RequestId next_request() = 0;
  // Nothing: it is on its way. Else why it cannot be.
  virtual std::optional<Error> send(const wamp::Message& message, const Payload& payload = {}) = 0;
  // Never if the session is destroyed before.
  virtual void later(std::function<void()> work) = 0;
  virtual void after(std::chrono::milliseconds delay, std::function<void()> work) = 0;

 protected:
  ~Outlet() = default;
};

}  // namespace client

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
  // Of the next request: used up when send_request() has sent that.
  virtual wamp::RequestId next_request() const = 0;
  // Nothing: it is on its way. Else why it cannot be.
  virtual std::optional<Error> send(const wamp::Message& message, const Payload& payload = {}) = 0;
  // The same, of a request that has the id next_request().
  virtual std::optional<Error> send_request(const wamp::Message& message, const Payload& payload = {}) = 0;
  // Never if the session is destroyed before.
  virtual void later(std::function<void()> work) = 0;
  // Calls are woken then, or at an earlier time that was given since they last were.
  virtual void wake_by(std::chrono::steady_clock::time_point time) = 0;

 protected:
  ~Outlet() = default;
};

}  // namespace client

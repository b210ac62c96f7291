// A blocking WAMP client over a real socket, told and read in JSON whatever its serializer is.
//
// Waits at most as long as RawClient does; what does not come throws, which fails the test.
#pragma once

#include <cstdint>
#include <string>

#include "serializers/serializer.h"
#include "tests/support/raw_client.h"

namespace router {

class WampClient {
 public:
  // Connects, and opens the WebSocket on `path`.
  WampClient(uint16_t port, serializers::Format format, const std::string& path = "/ws");

  void says(const std::string& json);
  // The next message.
  std::string hears();
  // HELLO to realm1 with all roles, and WELCOME. Returns the session id.
  std::string joins(const std::string& realm = "realm1");

  serializers::Format format() const { return format_; }
  test_support::RawClient& raw() { return raw_; }

 private:
  serializers::Format format_;
  test_support::RawClient raw_;
};

}  // namespace router

// A blocking WAMP client over a real socket, told and read in JSON whatever its serializer and transport are.
//
// Waits at most as long as RawClient does; what does not come throws, which fails the test.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "serializers/serializer.h"
#include "tests/support/raw_client.h"

namespace router {

enum class Carrier : uint8_t { websocket, batched_websocket, rawsocket, compressed_websocket };

// What a client speaks.
struct Speech {
  serializers::Format format = serializers::Format::json;
  Carrier carrier = Carrier::websocket;
  size_t max_frame_size = size_t{1} << 24;  // that it takes, over RawSocket

  Speech(serializers::Format f, Carrier c = Carrier::websocket) : format(f), carrier(c) {}
  std::string name() const;
};

class WampClient {
 public:
  // Connects, and opens the WebSocket on /ws or does the handshake of RawSocket. Throws if what it speaks is
  // not agreed on.
  WampClient(uint16_t port, const Speech& speech) : WampClient(test_support::RawClient(port), speech) {}
  WampClient(test_support::RawClient connected, const Speech& speech);

  void says(const std::string& json);
  // The next message.
  std::string hears();
  // HELLO to realm1 with all roles and all that clients can, and WELCOME. Returns the session
  // id.
  std::string joins(const std::string& realm = "realm1");

  serializers::Format format() const { return speech_.format; }
  test_support::RawClient& raw() { return raw_; }

 private:
  std::string next_message();
  void take_apart(std::string batch);

  Speech speech_;
  test_support::RawClient raw_;
  std::deque<std::string> heard_;  // of a batch
};

}  // namespace router

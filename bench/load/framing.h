// How messages travel over a connection: as WebSocket frames after an HTTP upgrade, or as RawSocket frames
// after four octets. Without state: there is one for all connections.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "bench/load/serializer.h"
#include "client/wire/endpoint.h"
#include "client/wire/frame.h"

namespace bench::load {

// What the server said to a connection's opening. `size` is 0 if it has not said it all yet.
struct Acceptance {
  size_t size = 0;
  std::string refusal;                                           // empty: accepted
  size_t max_message_size = std::numeric_limits<size_t>::max();  // that the server takes, if it told
};

// What stands at the start of the bytes that came. `size`, header included, is 0 if it is not complete yet.
struct Frame {
  enum class Kind { message, ping, ignored, end };

  size_t size = 0;
  Kind kind = Kind::message;
  std::string_view payload;
};

class Framing {
 public:
  virtual ~Framing() = default;

  // The first bytes of a client.
  virtual std::string opening(const wire::Endpoint& server, const Serializer& serializer) const = 0;
  virtual Acceptance read_acceptance(std::string_view bytes, const Serializer& serializer) const = 0;

  // Throws std::runtime_error for what no server may send.
  virtual Frame read(std::string_view bytes) const = 0;
  // Why the connection ends, from the payload of a frame of that kind.
  virtual std::string end_reason(std::string_view payload) const = 0;

  // What ends with `message`, masked with mask_key().
  virtual std::string frame(const Serializer& serializer, std::string_view message) const = 0;
  virtual std::string pong(std::string_view payload) const = 0;
  // What a client says before it leaves; empty: it just ends its side of the connection.
  virtual std::string farewell() const = 0;

  virtual wire::MaskKey mask_key() const = 0;
};

const Framing& websocket_framing();
const Framing& rawsocket_framing();

inline const Framing& framing_of(wire::Protocol protocol) {
  return protocol == wire::Protocol::rawsocket ? rawsocket_framing() : websocket_framing();
}

}  // namespace bench::load

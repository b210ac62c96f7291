// Makes a connection: looks up the host, connects, has TLS begin, and opens the WebSocket or RawSocket.
//
// Lives on its loop's thread. From then on it is like a connection that was accepted: on the receiver that
// its owner gives it, of whose messages it knows nothing. It may take for ever: its owner gives up by
// destroying it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "transport/connection/connection_options.h"
#include "transport/connection/service.h"
#include "transport/http/upgrade.h"
#include "transport/tls/tls_client.h"

namespace transport {

class Loop;

struct RawSocketOffer {
  uint8_t serializer = 0;  // its number in the handshake
};

// Where to, and what is spoken there.
struct Destination {
  std::string host;
  uint16_t port = 0;
  std::string socket;                         // path of a Unix domain socket, instead
  std::shared_ptr<const TlsClient> tls = {};  // null: none
  std::string server_name = {};               // that must be in the server's certificate
  std::variant<UpgradeRequest, RawSocketOffer> opening;

  // "127.0.0.1:8080", "/run/wampd.sock".
  std::string text() const;
};

// Why there is no connection.
struct ConnectFailure {
  enum class Kind : uint8_t {
    unreachable,  // no such host, nobody listens there, or who does has ended before it answered
    tls,          // no TLS with each other, as the certificate is not accepted
    refused,      // somebody is there, but does not open what was asked for
    refused_now,  // nor that, but says that it may another time
  };
  Kind kind = Kind::unreachable;
  std::string text;  // one clause, for people
};

// Who wants a connection; called once, never within a call of the connector's.
class ConnectionOwner {
 public:
  // The other end agrees: to this subprotocol of a WebSocket; or to RawSocket. Gives what is to sit on the
  // connection.
  virtual Service::Upgrade on_agreed(const UpgradeAnswer* websocket) = 0;
  virtual void on_failed(ConnectFailure failure) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connector {
 public:
  // The owner outlives the connector, the loop both.
  Connector(Loop& loop, Destination destination, const ConnectionLimits& limits, ConnectionOwner& owner);
  // The owner is not called any more; a connection that is not open yet ends. One that is stays.
  ~Connector();
  Connector(const Connector&) = delete;

  // What it waits for: "the address of example.com".
  std::string waits_for() const;
  // That the open connection has: "TLSv1.3"; empty: none. Within on_agreed().
  std::string tls_protocol() const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace transport

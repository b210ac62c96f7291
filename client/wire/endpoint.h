// Where a WAMP server is and what is spoken there, as its URL says it.
#pragma once

#include <string>

#include "client/wire/stream.h"
#include "client/wire/tcp.h"
#include "client/wire/tls.h"

namespace wire {

enum class Protocol { websocket, rawsocket };

struct Endpoint {
  Protocol protocol = Protocol::websocket;
  bool tls = false;
  Address address;
  std::string socket;        // path of a Unix domain socket; empty: TCP
  std::string path = "/ws";  // of the HTTP request that opens a WebSocket

  // For the Host field of HTTP.
  std::string host() const { return socket.empty() ? address.text() : "localhost"; }
};

// Both forms of a Unix domain socket's URL are in use: Autobahn's, and that of most others.
inline constexpr const char* kUrlForms =
    "ws://HOST[:PORT]/PATH, rs://HOST:PORT, wss:// and rss:// with TLS, ws+unix:///SOCKET[:/PATH] or "
    "ws://unix:/SOCKET[:/PATH], rs+unix:///SOCKET or rs://unix:/SOCKET";

// Throws std::invalid_argument that says what is wrong with the URL.
Endpoint parse_url(const std::string& url);

// A connection to it, made as those of tcp.h. `tls` is for endpoints with TLS; the handshake is still to
// come.
Stream connect(const Endpoint& endpoint, const transport::TlsClient* tls);

}  // namespace wire

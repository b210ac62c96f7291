// How a listener's connections begin, and their bounds.
#pragma once

#include <cstddef>
#include <memory>

#include "transport/connection/rate.h"

namespace transport {

class AddressRanges;
class TlsContext;

// The bounds of one connection, with the defaults of a listener's options.
struct ConnectionLimits {
  size_t max_message_size = 16 * 1024 * 1024;  // bytes, of a message that comes in
  size_t max_queued_bytes =
      16 * 1024 * 1024;  // of memory, for what goes out; above it the connection is dropped
  // In the place of all of these until the receiver knows who the peer is: bytes that may come in at all, of
  // one message, and of memory for what goes out.
  size_t max_bytes_of_unknown = 64 * 1024;
  size_t max_http_head = 8 * 1024;  // bytes of a request's head
  int handshake_timeout_ms = 5000;  // from accept to the end of the opening handshake
  int ping_interval_ms = 10000;     // of silence before a ping, 0: never; any byte is life
  int ping_timeout_ms = 20000;      // of silence after the ping before the peer counts as dead
  int close_timeout_ms = 2000;      // from our close frame to the end of the socket
  // A message, or the body of a request, that has begun to come in must end within message_window_ms, or go
  // on at this rate in each such time. 0: it may take as long as it likes.
  int min_message_rate = 1024;  // bytes per second
  int message_window_ms = 30000;
  Rate max_rate = {};  // of what comes in; above it the peer is read more slowly
  // Of the listener, all loops together:
  size_t max_connections_per_address = 50000;  // Unix domain sockets count for nobody
  size_t max_half_open = 1000;  // connections whose first request has not come; above it the oldest goes
};

// How a listener's connections begin; from when they are accepted to their end.
struct ConnectionOptions {
  ConnectionLimits limits = {};
  std::shared_ptr<const TlsContext> tls = {};  // null: none
  // Whose PROXY headers, or headers like X-Forwarded-For, tell the client's address. Null: nobody's.
  std::shared_ptr<const AddressRanges> trusted_proxies = {};
  // Every connection begins with a header of the PROXY protocol; without trusted_proxies nobody gets in.
  bool proxy_protocol = false;
};

}  // namespace transport

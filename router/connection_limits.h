// The limits of a connection, as a transport's configuration gives them.
#pragma once

#include "router/config/config.h"
#include "transport/connection.h"

namespace router {

inline transport::ConnectionLimits connection_limits(const config::TransportLimits& limits) {
  transport::ConnectionLimits connection;
  connection.max_message_size = limits.max_message_size;
  connection.max_queued_bytes = limits.max_queued_bytes;
  connection.handshake_timeout_ms = static_cast<int>(limits.handshake_timeout_ms);
  connection.ping_interval_ms = static_cast<int>(limits.ping_interval_ms);
  connection.ping_timeout_ms = static_cast<int>(limits.ping_timeout_ms);
  connection.close_timeout_ms = static_cast<int>(limits.close_timeout_ms);
  return connection;
}

}  // namespace router

// The limits of a connection, as a transport's configuration gives them.
#pragma once

#include "router/config/config.h"
#include "transport/connection/connection_options.h"

namespace router {

inline transport::ConnectionLimits connection_limits(const config::TransportLimits& limits) {
  transport::ConnectionLimits connection;
  connection.max_message_size = limits.max_message_size;
  connection.max_queued_bytes = limits.max_queued_bytes + limits.reply_reserve_bytes;
  connection.max_bytes_of_unknown = limits.max_bytes_before_welcome;
  connection.handshake_timeout_ms = static_cast<int>(limits.handshake_timeout_ms);
  connection.ping_interval_ms = static_cast<int>(limits.ping_interval_ms);
  connection.ping_timeout_ms = static_cast<int>(limits.ping_timeout_ms);
  connection.close_timeout_ms = static_cast<int>(limits.close_timeout_ms);
  connection.min_message_rate = static_cast<int>(limits.min_message_rate);
  connection.message_window_ms = static_cast<int>(limits.message_window_ms);
  connection.max_rate = {limits.messages_per_second, limits.bytes_per_second};
  connection.max_connections_per_address = limits.max_connections_per_address;
  connection.max_half_open = limits.max_half_open;
  return connection;
}

}  // namespace router

// What a stream is made of, and what all of one listener share.
#pragma once

#include <memory>
#include <string>

#include "transport/connection/connection_options.h"
#include "transport/connection/listener_counts.h"
#include "transport/connection/service.h"
#include "transport/socket/socket.h"
#include "transport/tls/tls_stream.h"

namespace transport {

// Immutable but for the counts, which outlive a change of the rest.
struct Served {
  Service& service;
  const ConnectionOptions options;
  const std::shared_ptr<ListenerCounts> counts;
};

// Fresh from accept, or with all that it has when it comes from another loop.
struct Arrival {
  Descriptor descriptor;
  std::unique_ptr<TlsStream> tls = {};
  std::string read = {};          // what was read of it already
  std::string peer_address = {};  // empty: that of the descriptor
  bool fresh = true;
};

}  // namespace transport

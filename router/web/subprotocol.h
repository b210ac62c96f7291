// The WebSocket subprotocols of WAMP, which HTTP long-poll names too: a serializer and a framing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/config/config.h"
#include "serializers/serializer.h"
#include "transport/framing/framing.h"
#include "transport/http/http.h"

namespace router {

struct Subprotocol {
  std::string_view name;
  serializers::Format format;
  transport::Framing framing;  // over WebSocket
};

bool has(const std::vector<std::string>& serializers, serializers::Format format);

// The first of the client's offers that is served: its order of preference decides. Null if there is none.
const Subprotocol* choose_subprotocol(const config::Transport& transport,
                                      const std::vector<std::string>& offered);

// What is answered then.
transport::HttpResponse no_subprotocol(const config::Transport& transport,
                                       const std::vector<std::string>& offered);

}  // namespace router

// SUBSCRIBE.Options, read and checked, but for "match", which the realm reads.
#pragma once

#include <optional>
#include <string>

#include "router/events/history_query.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace router::broker {

struct SubscribeOptions {
  bool get_retained = false;
  std::string node_key;                // "nkey"; empty: none
  std::optional<HistoryQuery> replay;  // ours: "_replay"
};

// More than the limits allow of a session is an excess.
wamp::Result<SubscribeOptions> subscribe_options(const wamp::Dict& options,
                                                 const config::SessionLimits& limits);

}  // namespace router::broker

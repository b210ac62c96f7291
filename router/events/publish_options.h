// PUBLISH.Options, read and checked.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "router/config/config.h"
#include "router/member/event_filter.h"
#include "router/tables/rendezvous_hash.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace router::broker {

struct PublishOptions {
  bool acknowledge = false;
  bool exclude_me = true;
  bool disclose_me = false;
  bool retain = false;
  std::optional<std::chrono::milliseconds> retain_ttl;  // ours: "_retain_ttl_ms"
  RoutingKey resource_key;                              // "rkey"
  wamp::Dict payload_passthru;                          // the ppt_* attributes
  std::shared_ptr<const EventFilter> filter;            // null: no black- or whitelists
};

// More than the limits allow of a session is an excess.
wamp::Result<PublishOptions> publish_options(const wamp::Dict& options, const config::SessionLimits& limits);
// Of an event that was kept: they were checked when it was published.
wamp::Result<PublishOptions> kept_publish_options(const wamp::Dict& options);

// The options that make the filter's rules.
void append_rules(const EventFilter& filter, wamp::Dict& options);

}  // namespace router::broker

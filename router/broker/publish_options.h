// PUBLISH.Options, read and checked.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "router/event_filter.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace router::broker {

struct PublishOptions {
  bool acknowledge = false;
  bool exclude_me = true;
  bool disclose_me = false;
  bool retain = false;
  std::optional<std::chrono::milliseconds> retain_ttl;  // ours: "_retain_ttl_ms"
  std::string resource_key;                             // "rkey"; empty: none
  wamp::Dict payload_passthru;                          // the ppt_* attributes
  std::shared_ptr<const EventFilter> filter;            // null: no black- or whitelists
};

wamp::Result<PublishOptions> publish_options(const wamp::Dict& options);

// The options that make the filter's rules.
void append_rules(const EventFilter& filter, wamp::Dict& options);

}  // namespace router::broker

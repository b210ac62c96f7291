// PUBLISH.Options, read and checked.
#pragma once

#include <memory>

#include "router/delivery.h"
#include "wamp/result.h"
#include "wamp/value.h"

namespace router::broker {

struct PublishOptions {
  bool acknowledge = false;
  bool exclude_me = true;
  bool disclose_me = false;
  std::shared_ptr<const EventFilter> filter;  // null: no black- or whitelists
};

wamp::Result<PublishOptions> publish_options(const wamp::Dict& options);

}  // namespace router::broker

#include "router/broker/subscribe_options.h"

#include "wamp/attributes.h"

namespace router::broker {

wamp::Result<SubscribeOptions> subscribe_options(const wamp::Dict& options,
                                                 const config::SessionLimits& limits) {
  SubscribeOptions read;
  if (options.empty()) return read;
  wamp::Attributes attributes(options, "SUBSCRIBE.Options");
  read.get_retained = attributes.boolean("get_retained", false);
  read.node_key = attributes.short_string("nkey", limits.attribute_length).value_or("");
  const wamp::Dict* replay = attributes.dict("_replay");
  if (attributes.error()) return *attributes.error();
  if (replay) {
    auto query = history_query(*replay, "SUBSCRIBE.Options._replay");
    if (!query) return query.error();
    read.replay = std::move(*query);
    // The newest ones, if there is a limit: nothing may be missing between them and the live events.
    read.replay->reverse = true;
  }
  return read;
}

}  // namespace router::broker

#include "router/entrance/welcome_details.h"

#include <initializer_list>
#include <string_view>

#include "router/base/version.h"
#include "router/config/limits.h"
#include "transport/connection/rate.h"

namespace router {
namespace {

wamp::Dict role(std::initializer_list<std::string_view> features, bool has_meta_api) {
  wamp::Dict announced;
  for (const std::string_view feature : features)
    if (has_meta_api || !feature.ends_with("_meta_api")) announced.append(std::string(feature), true);
  return wamp::Dict{{"features", announced}};
}

}  // namespace

wamp::Dict welcome_details(const Identity& identity, const JoinedRealm& realm, const wamp::Dict& authextra,
                           wamp::Dict limits) {
  wamp::Dict roles;
  // The specification itself spells sharded subscriptions and call canceling both ways.
  roles.append("broker", role({"event_history", "event_retention", "pattern_based_subscription",
                               "payload_passthru_mode", "publication_trustlevels", "publisher_exclusion",
                               "publisher_identification", "session_meta_api", "sharded_subscription",
                               "shareded_subscriptions", "subscriber_blackwhite_listing",
                               "subscription_meta_api", "subscription_revocation"},
                              realm.has_meta_api));
  roles.append("dealer",
               role({"call_canceling", "call_cancelling", "call_reroute", "call_timeout", "call_trustlevels",
                     "caller_identification", "pattern_based_registration", "payload_passthru_mode",
                     "progressive_call_invocations", "progressive_call_results", "registration_meta_api",
                     "registration_revocation", "session_meta_api", "sharded_registration",
                     "shared_registration", "testament_meta_api"},
                    realm.has_meta_api));
  wamp::Dict details;
  details.append("realm", realm.name);
  details.append("authid", identity.authid);
  details.append("authrole", identity.authrole);
  details.append("authmethod", identity.authmethod);
  details.append("authprovider", identity.authprovider);
  if (!authextra.empty()) details.append("authextra", authextra);
  details.append("agent", agent);
  if (!limits.empty()) details.append("limits", std::move(limits));
  details.append("roles", std::move(roles));
  return details;
}

wamp::Dict announced_limits(const config::SessionLimits& session, const config::TransportLimits& transport) {
  wamp::Dict limits;
  limits.append("max_message_size", transport.max_message_size);
  limits.append("max_depth", uint64_t{transport.max_depth});
  for (const auto& limit : config::session_limits) limits.append(std::string(limit.name), limit.get(session));
  const transport::Rate rate = transport::lower({session.messages_per_second, session.bytes_per_second},
                                                {transport.messages_per_second, transport.bytes_per_second});
  limits.set("messages_per_second", rate.messages_per_second);
  limits.set("bytes_per_second", rate.bytes_per_second);
  return limits;
}

}  // namespace router

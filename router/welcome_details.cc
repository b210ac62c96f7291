#include "router/welcome_details.h"

#include <initializer_list>
#include <string_view>

#include "router/version.h"

namespace router {
namespace {

wamp::Dict role(std::initializer_list<std::string_view> features) {
  wamp::Dict announced;
  for (const std::string_view feature : features) announced.append(std::string(feature), true);
  return wamp::Dict{{"features", announced}};
}

}  // namespace

wamp::Dict welcome_details(const Identity& identity, std::string_view realm) {
  wamp::Dict roles;
  roles.append("broker", role({"pattern_based_subscription", "publication_trustlevels", "publisher_exclusion",
                               "publisher_identification", "subscriber_blackwhite_listing"}));
  // The specification itself spells call canceling both ways.
  roles.append("dealer",
               role({"call_canceling", "call_cancelling", "call_trustlevels", "caller_identification",
                     "pattern_based_registration", "progressive_call_results", "shared_registration"}));
  wamp::Dict details;
  details.append("realm", realm);
  details.append("authid", identity.authid);
  details.append("authrole", identity.authrole);
  details.append("authmethod", identity.authmethod);
  details.append("authprovider", identity.authprovider);
  details.append("agent", agent);
  details.append("roles", std::move(roles));
  return details;
}

}  // namespace router

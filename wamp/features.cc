#include "wamp/features.h"

#include "wamp/attributes.h"

namespace wamp {
namespace {

// One role's announcement; features of the wrong type are the peer's error, like any other attribute.
class RoleReader {
 public:
  RoleReader(const Dict& role, std::string_view where)
      : attributes_(role, where.substr(0, where.rfind('.'))), where_(where) {
    static const Dict none;
    const Dict* features = attributes_.dict("features");
    features_ = features ? features : &none;
  }
  bool has(std::string_view feature) {
    Attributes attributes(*features_, where_);
    const bool value = attributes.boolean(feature, false);
    if (!error_) error_ = attributes.error();
    return value;
  }
  const std::optional<ProtocolError>& error() const {
    return attributes_.error() ? attributes_.error() : error_;
  }

 private:
  Attributes attributes_;
  std::string_view where_;
  const Dict* features_;
  std::optional<ProtocolError> error_;
};

void read_role(Role role, RoleReader& reader, ClientFeatures& features) {
  features.roles = static_cast<uint8_t>(features.roles | static_cast<uint8_t>(role));
  if (reader.has("payload_passthru_mode"))
    features.payload_passthru_mode =
        static_cast<uint8_t>(features.payload_passthru_mode | static_cast<uint8_t>(role));
  switch (role) {
    case Role::publisher:
      break;
    case Role::subscriber:
      features.subscriber_subscription_revocation = reader.has("subscription_revocation");
      break;
    case Role::caller:
      features.caller_progressive_call_results = reader.has("progressive_call_results");
      features.caller_progressive_call_invocations = reader.has("progressive_call_invocations");
      break;
    case Role::callee:
      // The specification itself spells it both ways.
      features.callee_call_canceling = reader.has("call_canceling") || reader.has("call_cancelling");
      features.callee_call_reroute = reader.has("call_reroute");
      features.callee_call_timeout = reader.has("call_timeout");
      features.callee_progressive_call_results = reader.has("progressive_call_results");
      features.callee_progressive_call_invocations = reader.has("progressive_call_invocations");
      features.callee_registration_revocation = reader.has("registration_revocation");
      break;
  }
}

}  // namespace

Result<ClientFeatures> client_features(const Dict& hello_details) {
  struct Known {
    Role role;
    std::string_view name;
    std::string_view where;
  };
  static constexpr Known known[] = {
      {Role::publisher, "publisher", "HELLO.Details.roles.publisher.features"},
      {Role::subscriber, "subscriber", "HELLO.Details.roles.subscriber.features"},
      {Role::caller, "caller", "HELLO.Details.roles.caller.features"},
      {Role::callee, "callee", "HELLO.Details.roles.callee.features"},
  };
  Attributes details(hello_details, "HELLO.Details");
  const Dict* roles = details.dict("roles");
  if (details.error()) return *details.error();
  if (!roles) return ProtocolError{"HELLO.Details.roles is missing: a client announces at least one role"};

  ClientFeatures features;
  Attributes role_attributes(*roles, "HELLO.Details.roles");
  for (const Known& k : known) {
    const Dict* announced = role_attributes.dict(k.name);
    if (!announced) continue;
    RoleReader reader(*announced, k.where);
    read_role(k.role, reader, features);
    if (reader.error()) return *reader.error();
  }
  if (role_attributes.error()) return *role_attributes.error();
  if (features.roles == 0)
    return ProtocolError{
        "HELLO.Details.roles: expected at least one of publisher, subscriber, caller, callee"};
  return features;
}

}  // namespace wamp

#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"

// What dynamic authorizers have said.
namespace router::meta {
namespace authorization {
namespace {

using serializers::Arguments;

// Ours: forgets kept answers, all of the realm or those of a role, a session and a URI, as keyword arguments.
// Returns their number.
Answer purge(RealmState& realm, Member&, const Arguments& arguments) {
  CallArguments read(arguments);
  std::optional<std::string> role;
  Verdicts::Selection selection;
  if (const std::string* authrole = read.optional_string("authrole")) role = *authrole;
  if (const auto session = read.optional_id("session")) selection.session = wamp::SessionId(*session);
  if (const std::string* uri = read.optional_string("uri")) selection.uri = *uri;
  if (read.refusal()) return *read.refusal();
  return Arguments{{uint64_t{realm.authorizer.purge(role, selection)}}, {}};
}

constexpr Procedure procedures[] = {{"wamp.authorization.purge", purge}};

}  // namespace
}  // namespace authorization

std::span<const Procedure> authorization_procedures() {
  return authorization::procedures;
}

}  // namespace router::meta

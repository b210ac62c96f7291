#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"

// What dynamic authorizers have said.
namespace router::meta {
namespace authorization {
namespace {

using serializers::Arguments;

// Ours: forgets kept answers, all of the realm or those of a role, a session and a URI, as keyword arguments.
// Returns their number.
Reading purge(const Asked& asked) {
  CallArguments read(asked.arguments);
  std::optional<std::string> role;
  Verdicts::Selection selection;
  if (const std::string* authrole = read.optional_string("authrole")) role = *authrole;
  if (const auto session = read.optional_id("session")) selection.session = wamp::SessionId(*session);
  if (const std::string* uri = read.optional_string("uri")) selection.uri = *uri;
  if (read.refusal()) return *read.refusal();
  // The verdicts have locks of their own.
  return [role, selection](RealmState& realm, Member&) -> Answer {
    return LargeResult([verdicts = realm.authorizer.verdicts(role), selection] {
      uint64_t purged = 0;
      for (const auto& of_role : verdicts) purged += of_role->purge(selection);
      return Arguments{{purged}, {}};
    });
  };
}

constexpr Procedure procedures[] = {{"wamp.authorization.purge", purge},
                                    {"wampd.authorization.purge", purge}};

}  // namespace
}  // namespace authorization

std::span<const Procedure> authorization_procedures() {
  return authorization::procedures;
}

}  // namespace router::meta

// The procedures of the router itself: the meta APIs of sessions, registrations, subscriptions and
// testaments, and what dynamic authorizers have said (advanced profile, "Session Meta API" and the like).
//
// Pure; guarded by the realm's lock. The caller is authorized before it comes here.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "router/realm_state.h"
#include "router/request_check.h"
#include "serializers/serializer.h"

namespace router::meta {

// Makes the result's arguments without the realm's lock, as that takes long.
using LargeResult = std::function<serializers::Arguments()>;

// The result's arguments, or why there is none.
using Answer = std::variant<serializers::Arguments, Refusal, LargeResult>;

struct Procedure {
  std::string_view uri;
  Answer (*call)(RealmState& realm, Member& caller, const serializers::Arguments& arguments);
};

// Null if the router has no such procedure.
const Procedure* find_procedure(std::string_view uri);

std::span<const Procedure> session_procedures();
std::span<const Procedure> testament_procedures();
std::span<const Procedure> registration_procedures();
std::span<const Procedure> subscription_procedures();
std::span<const Procedure> authorization_procedures();

}  // namespace router::meta

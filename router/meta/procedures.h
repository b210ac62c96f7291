// The procedures of the router itself: the meta APIs of sessions, registrations, subscriptions and
// testaments, and what dynamic authorizers have said (advanced profile, "Session Meta API" and the like); and
// what it tells of itself (docs/insight.md).
//
// A call of one has three parts. Its arguments are read without the realm's lock; what is done under it is
// short, or comes in pieces between which others have their turn; and a result that may be large is made
// without it again. The caller is authorized before it comes here.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "router/directory/realm_state.h"
#include "router/insight/realm_insight.h"
#include "router/member/request_check.h"
#include "router/member/seat.h"
#include "serializers/serializer.h"

namespace router::meta {

// Makes the result's arguments without the realm's lock.
using LargeResult = std::function<serializers::Arguments()>;
// This was a piece of it, and there is more to do.
struct Unfinished {};

// The result's arguments, or why there is none.
using Answer = std::variant<serializers::Arguments, Refusal, LargeResult, Unfinished>;

// What a call asks for, under the realm's lock; again and again until it is finished.
using Request = std::function<Answer(RealmState& realm, Member& caller)>;

// A call before its arguments are read, on the caller's own thread.
struct Asked {
  const config::Realm& config;  // what never changes of it
  Seat& caller;
  insight::RealmInsight& insight;
  const serializers::Arguments& arguments;
};

struct Procedure {
  std::string_view uri;
  std::variant<Request, Refusal> (*read)(const Asked& asked);
};

// Null if the router has no such procedure.
const Procedure* find_procedure(std::string_view uri);

std::span<const Procedure> session_procedures();
std::span<const Procedure> testament_procedures();
std::span<const Procedure> registration_procedures();
std::span<const Procedure> subscription_procedures();
std::span<const Procedure> authorization_procedures();
std::span<const Procedure> insight_procedures();
std::span<const Procedure> tap_procedures();

}  // namespace router::meta

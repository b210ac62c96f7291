// The procedures of the router itself: the meta APIs of sessions, registrations, subscriptions and
// testaments, and what dynamic authorizers have said (advanced profile, "Session Meta API" and the like); and
// what it tells of itself (docs/insight.md).
//
// A call of one has three parts. Its arguments are read without the realm's lock; what is done under it is
// short, or comes in pieces between which others have their turn; and a result that may be large is made
// without it again. What only looks, perhaps at very much, is done on a thread that serves no client. The
// caller is authorized before it comes here.
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

// Looks at the realm, on any thread: some(state) with the lock, again and again as long as it says that there
// is more, and each time end_slice(), if any, without it.
using Inspect = std::function<void(const std::function<bool(const RealmState&)>& some,
                                   const std::function<void()>& end_slice)>;
// What a call asks for that only looks. It may be done twice, if memory fails.
using Look = std::function<std::variant<serializers::Arguments, Refusal>(const Inspect& inspect)>;

// What the arguments ask for.
using Reading = std::variant<Request, Look, Refusal>;

// A call before its arguments are read, on the caller's own thread.
struct Asked {
  const config::Realm& config;  // what never changes of it
  Seat& caller;
  insight::RealmInsight& insight;
  const serializers::Arguments& arguments;
};

struct Procedure {
  std::string_view uri;
  Reading (*read)(const Asked& asked);
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

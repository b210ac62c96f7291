// What is told of taps, and what they show.
//
// Any thread; under the realm's lock where a RealmState is given.
#pragma once

#include <optional>
#include <string_view>

#include "router/directory/realm_state.h"
#include "router/insight/realm_insight.h"
#include "router/member/member_facts.h"
#include "router/member/request_check.h"
#include "serializers/serializer.h"

namespace router::insight {

constexpr std::string_view tap_start_uri = "wampd.tap.start";
// Why who has these permissions may not tap, or not with arguments; none: he may. Who may call may not tap
// for that: a rule has to say so.
std::optional<Refusal> check_tap(const RolePermissions& permissions, bool payload);
// True: he may do all that has led to the tap. What a dynamic authorizer has said on it stays said.
bool may_go_on(const RolePermissions& permissions, const Tap& tap);

// The meta event of a tap's beginning, or of its end with a reason.
void publish_tap(RealmState& realm, const Tap& tap, std::string_view reason);
// The same in the log, without the lock.
void log_tap(const RealmInsight& realm, const Tap& tap, std::string_view reason);

// The event that shows a message of a session.
serializers::Arguments shown(const Taps::Showing& showing, const SeenMessage& message,
                             const MemberFacts& session, WallTime now);

}  // namespace router::insight

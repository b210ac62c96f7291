// What is told of taps, and what they show.
//
// Any thread; under the realm's lock where a RealmState is given.
#pragma once

#include <string_view>

#include "router/directory/realm_state.h"
#include "router/insight/realm_insight.h"
#include "router/member/member_facts.h"
#include "serializers/serializer.h"

namespace router::insight {

// The meta event of a tap's beginning, or of its end with a reason.
void publish_tap(RealmState& realm, const Tap& tap, std::string_view reason);
// The same in the log, without the lock.
void log_tap(const RealmInsight& realm, const Tap& tap, std::string_view reason);

// The event that shows a message of a session.
serializers::Arguments shown(const Taps::Showing& showing, const SeenMessage& message,
                             const MemberFacts& session, WallTime now);

}  // namespace router::insight

// One (topic, match policy) with all its subscribers; they share its id, so that an EVENT is encoded once for
// all.
//
// Owned by the broker.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "router/clock.h"
#include "router/delivery.h"
#include "router/member.h"
#include "wamp/ids.h"
#include "wamp/uri.h"

namespace router::broker {

struct Subscription {
  // The subscribers on one worker; members[i] is who audience[i] addresses.
  struct Group {
    std::shared_ptr<Audience> audience;  // replaced, not changed, while an event still holds it
    std::vector<Member*> members;
  };

  wamp::SubscriptionId id;
  std::string topic;
  wamp::MatchPolicy match = wamp::MatchPolicy::exact;
  WallTime created;
  std::vector<Group> groups;  // by worker; as long as the highest worker that has subscribers needs
  size_t subscriber_count = 0;

  // "SubscriptionDetails" of the meta API.
  wamp::Dict details() const;

  // Precondition: the member is not a subscriber yet; is one.
  void add_subscriber(Member& member);
  void remove_subscriber(Member& member);
};

}  // namespace router::broker

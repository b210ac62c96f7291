#include "router/broker/subscription.h"

#include <cassert>

namespace router::broker {
namespace {

// The audience to change: a copy if a delivered event still reads the present one.
Audience& writable(Subscription::Group& group) {
  if (!group.audience)
    group.audience = std::make_shared<Audience>();
  else if (group.audience.use_count() > 1)
    group.audience = std::make_shared<Audience>(*group.audience);
  return *group.audience;
}

}  // namespace

wamp::Dict Subscription::details() const {
  return wamp::Dict{
      {"id", id.value}, {"created", iso_8601(created)}, {"uri", topic}, {"match", wamp::name(match)}};
}

void Subscription::add_subscriber(Member& member) {
  if (groups.size() <= member.ref.worker) groups.resize(member.ref.worker + 1);
  Group& group = groups[member.ref.worker];
  member.subscriptions.insert(id.value, {this, group.members.size()});
  writable(group).push_back(member.ref);
  group.members.push_back(&member);
  ++subscriber_count;
}

void Subscription::remove_subscriber(Member& member) {
  const HeldSubscription held = member.subscriptions.take(id.value);
  assert(held.subscription == this);
  Group& group = groups[member.ref.worker];
  Audience& audience = writable(group);
  if (held.position + 1 < group.members.size()) {
    Member* last = group.members.back();
    group.members[held.position] = last;
    audience[held.position] = audience.back();
    last->subscriptions.find(id.value)->position = held.position;
  }
  group.members.pop_back();
  audience.pop_back();
  --subscriber_count;
}

}  // namespace router::broker

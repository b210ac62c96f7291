// A publication as the broker keeps it: for its topic ("Event Retention"), for a subscription ("Event
// History").
//
// Immutable once made, so that histories, retained events and the store share one; any thread may hold it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "router/base/rfc3339.h"
#include "router/mail/routed_payload.h"
#include "router/member/event_filter.h"
#include "router/member/member.h"
#include "router/tables/rendezvous_hash.h"
#include "wamp/ids.h"
#include "wamp/uri.h"
#include "wamp/value.h"

namespace router::broker {

struct StoredEvent {
  wamp::PublicationId publication;
  Timestamp time;                   // whole milliseconds, as clients are told it
  std::optional<Timestamp> expiry;  // as a retained event; none: never
  std::string topic;
  RoutingKey resource_key;
  wamp::Dict details;  // of its EVENT, but for what depends on the subscription
  RoutedPayload payload;
  std::shared_ptr<const EventFilter> filter;  // null: for everybody
  wamp::SessionId excluded;                   // the publisher, if it does not want its own events; else none

  // Whether the member would have got it, had it been a subscriber then.
  bool admits(const Member& member) const;
  // How much memory it takes to keep it.
  size_t bytes() const;
};

using StoredEventRef = std::shared_ptr<const StoredEvent>;

// EVENT.Details for a subscription with that match policy; `of_publication` is the same for all
// subscriptions.
wamp::Dict event_details(wamp::MatchPolicy match, std::string_view topic, const wamp::Dict& of_publication);

// The message that says it all, to be written down, and back. The event must have no filter, or one that
// outlives sessions; the message views into the event.
wamp::Publish to_publish(const StoredEvent& event);
wamp::Result<StoredEvent> from_publish(const wamp::Publish& message, serializers::Format format);

}  // namespace router::broker

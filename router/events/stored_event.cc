#include "router/events/stored_event.h"

#include "router/events/publish_options.h"
#include "router/memory/value_bytes.h"
#include "wamp/attributes.h"

namespace router::broker {
namespace {

constexpr std::string_view details_key = "_details";

}  // namespace

bool StoredEvent::admits(const Member& member) const {
  return excluded != member.ref.session &&
         (!filter || filter->admits(member.ref.session, *member.identity, member.extra.get()));
}

size_t StoredEvent::bytes() const {
  // In the tables of who keeps it.
  constexpr size_t places = 256;
  return places + allocated(sizeof(StoredEvent)) + 2 * allocated(topic) + allocated(resource_key.text) +
         allocated(details) + payload.held() +
         (filter ? allocated(sizeof(EventFilter)) + allocated(*filter) : 0);
}

wamp::Dict event_details(wamp::MatchPolicy match, std::string_view topic, const wamp::Dict& of_publication) {
  if (match == wamp::MatchPolicy::exact) return of_publication;
  wamp::Dict details;
  details.append("topic", topic);
  for (const wamp::DictEntry& entry : of_publication) details.append(entry.key, entry.value);
  return details;
}

wamp::Publish to_publish(const StoredEvent& event) {
  wamp::Publish message;
  message.request = wamp::RequestId(1);  // has no meaning here
  message.topic = event.topic;
  message.payload = {event.payload.bytes(), event.payload.count};
  if (!event.resource_key.empty()) message.options.append("rkey", event.resource_key.text);
  if (event.filter) append_rules(*event.filter, message.options);
  if (!event.details.empty()) message.options.append(std::string(details_key), event.details);
  return message;
}

wamp::Result<StoredEvent> from_publish(const wamp::Publish& message, serializers::Format format) {
  auto options = kept_publish_options(message.options);
  if (!options) return options.error();
  wamp::Attributes attributes(message.options, "PUBLISH.Options");
  const wamp::Dict* details = attributes.dict(details_key);
  if (attributes.error()) return *attributes.error();
  StoredEvent event;
  event.topic = message.topic;
  event.resource_key = options->resource_key;
  event.filter = options->filter;
  if (details) event.details = *details;
  event.payload = copy_payload(format, message.payload);
  return event;
}

}  // namespace router::broker

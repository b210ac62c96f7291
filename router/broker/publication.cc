#include "router/broker/publication.h"

#include "router/mail/payload_passthru.h"

namespace router::broker {
namespace {

wamp::Dict publication_details(const Member& publisher, const PublishOptions& options, const Grant& grant) {
  wamp::Dict details;
  if (grant.disclose || options.disclose_me) {
    details.append("publisher", publisher.ref.session.value);
    details.append("publisher_authid", publisher.identity.authid);
    details.append("publisher_authrole", publisher.identity.authrole);
  }
  if (grant.trustlevel) details.append("trustlevel", uint64_t{*grant.trustlevel});
  append_attributes(options.payload_passthru, details);
  return details;
}

}  // namespace

Publication::Publication(Member& from, const wamp::Publish& publish, const RoutedPayload& its_payload,
                         const PublishOptions& its_options, const Grant& grant, wamp::PublicationId its_id)
    : publisher(from),
      message(publish),
      payload(its_payload),
      options(its_options),
      details(publication_details(from, its_options, grant)),
      id(its_id) {}

void Publication::acknowledge(Outbox& outbox) const {
  outbox.send(publisher.ref, wamp::Published{message.request, id});
}

void Publication::send(const TopicRoute* route, Outbox& outbox) const {
  if (!route) return;
  const wamp::SessionId excluded = options.exclude_me ? publisher.ref.session : wamp::SessionId();
  send_events({id, message.topic, details, payload, excluded, options.filter, options.resource_key},
              route->legs, outbox);
}

}  // namespace router::broker

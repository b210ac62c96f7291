// PUBLISH, on the publisher's thread: with the realm's lock only if nobody there has found the topic's route
// yet, or if the publication is kept.
#include "router/realm/realm.h"

namespace router {
wamp::Result<void> Realm::publish(Seat& seat, const wamp::Publish& message, const RoutedPayload& payload,
                                  const broker::PublishOptions& options) {
  if (!seat.present()) return {};
  if (!options.payload_passthru.empty() && !seat.features.has_payload_passthru_mode(wamp::Role::publisher))
    return wamp::ProtocolError{"PUBLISH.Options.ppt_scheme: HELLO did not announce payload_passthru_mode"};
  Branch& branch = seat.branch;
  branch.counters.publications.add();
  auto& counted = seat.publish_grant.counted;
  branch.topic_numbers.count(counted, message.topic, clock_);
  if (counted.place) counted.place->numbers.bytes.add(payload.bytes().size());
  const broker::Publication publication(seat, message, payload, options, seat.publish_grant.grant,
                                        wamp::PublicationId(branch.ids.next()), counted);
  TopicRoute made;
  const TopicRoute& found = route_of(seat, message.topic, made);
  if (options.retain || (found.route && found.route->is_kept)) return publish_kept(seat, publication, found);
  if (options.acknowledge) publication.acknowledge(outbox_);
  publication.send(found.route.get(), outbox_);
  return {};
}

void Realm::count_refused(Seat& seat, std::string_view topic) {
  if (TopicNumbers* const numbers = seat.branch.topic_numbers.numbers_of(topic)) numbers->errors.add();
}

const Realm::TopicRoute& Realm::route_of(Seat& seat, std::string_view topic, TopicRoute& made) {
  const auto find_anew = [&] {
    const Lock lock(mutex_);
    return state_.broker.find_route(topic);
  };
  return seat.publish_grant.look_up(topic, seat.branch.topics, topics_, made, find_anew);
}

}  // namespace router

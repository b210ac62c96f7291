#include <limits>

#include "router/realm/realm.h"

// Calls to and from other nodes.
namespace router {
namespace {

// Other nodes ask for what their own limits allow.
config::SessionLimits limits_of_links() {
  config::SessionLimits limits;
  limits.calls_in_flight_per_session = std::numeric_limits<uint32_t>::max();
  limits.attribute_length = std::numeric_limits<uint32_t>::max();
  return limits;
}

// Which of them a callee has, its node asks when it has chosen one.
wamp::ClientFeatures features_of_links() {
  constexpr auto roles = static_cast<uint8_t>(wamp::Role::caller) | static_cast<uint8_t>(wamp::Role::callee);
  wamp::ClientFeatures features;
  features.roles = features.payload_passthru_mode = roles;
  features.caller_progressive_call_results = features.caller_progressive_call_invocations = true;
  features.callee_call_canceling = features.callee_call_reroute = features.callee_call_timeout = true;
  features.callee_progressive_call_results = features.callee_progressive_call_invocations = true;
  return features;
}

}  // namespace

Realm::Joined Realm::join_link(const SessionRef& session, const Refusal& last_word,
                               wamp::RequestId last_invocation) {
  const MemberFacts facts(session, own_identity(), features_of_links(), nullptr, CalleeRoom::unlimited,
                          MemberKind::link);
  Joined link = join_unseen(facts, std::make_shared<RolePermissions>(config::Role(), limits_of_links()),
                            last_invocation);
  link->party->callee.set_last_word(last_word);
  return link;
}

dealer::OfferHeard Realm::set_remote_callees(Seat& link, std::string_view procedure, wamp::MatchPolicy match,
                                             const dealer::RemoteOffer& offer) {
  auto heard = dealer::OfferHeard::done;
  locked(link, [&](RealmState& state, Member& member) {
    heard = state.dealer.set_remote_callees(member, procedure, match, offer, state.outbox);
  });
  return heard;
}

void Realm::forward(Seat& link, const dealer::ForwardedCall& call, RoutedPayload&& payload) {
  link.party->caller.forward(call, std::move(payload));
}

wamp::Result<void> Realm::forward_more(Seat& link, const wamp::Call& message, RoutedPayload&& payload) {
  return link.party->caller.continue_call(message, std::move(payload), true);
}

void Realm::abandon(Seat& link, wamp::RequestId call, bool is_to_stop) {
  link.party->caller.abandon(call, is_to_stop);
}

wamp::Result<void> Realm::refuse_forwarded(Seat& link, const wamp::Error& message, RoutedPayload&& payload) {
  return link.party->callee.error(message, std::move(payload), true);
}

}  // namespace router

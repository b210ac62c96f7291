#include "router/realm.h"

#include <utility>

#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router {

Realm::Realm(const config::Realm& config, std::vector<Mailbox*> mailboxes, uint64_t seed, const Clock& clock)
    : config_(config),
      authorizer_(config.roles),
      ids_(seed),
      broker_(config.limits.subscriptions_per_session, ids_, clock),
      dealer_({config.limits.registrations_per_session, config.limits.calls_in_flight_per_session}, ids_,
              clock),
      outbox_(std::move(mailboxes)) {}

Member* Realm::join(const SessionRef& session, Identity identity, const wamp::ClientFeatures& features) {
  const RolePermissions* permissions = authorizer_.role(identity.authrole);
  assert(permissions);
  auto member = std::make_unique<Member>(session, std::move(identity), features, *permissions);
  const std::lock_guard lock(mutex_);
  if (members_.size() >= config_.limits.sessions || members_.find(session.session.value)) return nullptr;
  return members_.insert(session.session.value, std::move(member)).get();
}

void Realm::leave(Member& member) {
  const std::lock_guard lock(mutex_);
  dealer_.remove_member(member, outbox_);
  broker_.remove_member(member);
  members_.erase(member.ref.session.value);
}

std::optional<Realm::Refusal> Realm::check(const Member& member, Action action, std::string_view uri,
                                           wamp::MatchPolicy match, Grant& grant) const {
  using namespace wamp::error_uri;
  if (uri.size() > config_.limits.uri_length)
    return Refusal{invalid_uri, "the URI has " + std::to_string(uri.size()) + " bytes, the realm allows " +
                                    std::to_string(config_.limits.uri_length)};
  if (!wamp::is_valid_uri(uri, config_.uri_check, match))
    return Refusal{invalid_uri, "\"" + std::string(uri) + "\" is not a valid URI for match policy \"" +
                                    std::string(wamp::name(match)) + "\""};
  if ((action == Action::register_ || action == Action::publish) && wamp::is_reserved_uri(uri))
    return Refusal{invalid_uri, "URIs that begin with \"wamp.\" are reserved"};
  grant = member.permissions.authorize(action, uri);
  if (!grant.allowed)
    return Refusal{not_authorized, "role \"" + member.identity.authrole + "\" may not " +
                                       std::string(router::name(action)) + " \"" + std::string(uri) + "\""};
  return std::nullopt;
}

std::optional<Realm::Refusal> Realm::check_remembered(Member& member, RememberedGrant& remembered,
                                                      Action action, std::string_view uri) const {
  if (remembered.uri == uri && !uri.empty()) return std::nullopt;
  Grant grant;
  auto refusal = check(member, action, uri, wamp::MatchPolicy::exact, grant);
  if (!refusal) remembered = {std::string(uri), grant};
  return refusal;
}

void Realm::refuse(const Member& member, wamp::MessageType type, wamp::RequestId request,
                   const Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  outbox_.refuse(member.ref, type, request, refusal.error_uri, refusal.text);
}

namespace {

// The match policy that the options of SUBSCRIBE or REGISTER ask for.
wamp::Result<wamp::MatchPolicy> requested_match(const wamp::Dict& options, std::string_view where) {
  if (options.empty()) return wamp::MatchPolicy::exact;
  wamp::Attributes attributes(options, where);
  const std::string_view match = attributes.string("match").value_or("exact");
  if (attributes.error()) return *attributes.error();
  const auto policy = wamp::match_policy(match);
  if (!policy) return wamp::ProtocolError{std::string(where) + ".match: expected exact, prefix or wildcard"};
  return *policy;
}

bool wants_acknowledgement(const wamp::Publish& message) {
  const wamp::Value* acknowledge = message.options.find("acknowledge");
  const bool* wanted = acknowledge ? acknowledge->get<bool>() : nullptr;
  return wanted && *wanted;
}

}  // namespace

wamp::Result<void> Realm::handle(Member& member, const wamp::Publish& message, const RoutedPayload& payload) {
  if (const auto refusal = check_remembered(member, member.publish_grant, Action::publish, message.topic)) {
    // Without acknowledgement the publisher waits for no answer, and clients take one for a protocol
    // violation.
    if (wants_acknowledgement(message)) refuse(member, wamp::Publish::type, message.request, *refusal);
    return {};
  }
  const std::lock_guard lock(mutex_);
  return broker_.publish(member, message, payload, member.publish_grant.grant, outbox_);
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Subscribe& message) {
  const auto match = requested_match(message.options, "SUBSCRIBE.Options");
  if (!match) return match.error();
  Grant grant;
  if (const auto refusal = check(member, Action::subscribe, message.topic, *match, grant)) {
    refuse(member, wamp::Subscribe::type, message.request, *refusal);
    return {};
  }
  const std::lock_guard lock(mutex_);
  broker_.subscribe(member, message, *match, outbox_);
  return {};
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Unsubscribe& message) {
  const std::lock_guard lock(mutex_);
  broker_.unsubscribe(member, message, outbox_);
  return {};
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Call& message, RoutedPayload payload) {
  if (const auto refusal = check_remembered(member, member.call_grant, Action::call, message.procedure)) {
    refuse(member, wamp::Call::type, message.request, *refusal);
    return {};
  }
  const std::lock_guard lock(mutex_);
  return dealer_.call(member, message, std::move(payload), member.call_grant.grant, outbox_);
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Cancel& message) {
  const std::lock_guard lock(mutex_);
  return dealer_.cancel(member, message, outbox_);
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Register& message) {
  const auto match = requested_match(message.options, "REGISTER.Options");
  if (!match) return match.error();
  Grant grant;
  if (const auto refusal = check(member, Action::register_, message.procedure, *match, grant)) {
    refuse(member, wamp::Register::type, message.request, *refusal);
    return {};
  }
  const std::lock_guard lock(mutex_);
  return dealer_.register_procedure(member, message, *match, outbox_);
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Unregister& message) {
  const std::lock_guard lock(mutex_);
  dealer_.unregister(member, message, outbox_);
  return {};
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Yield& message, RoutedPayload payload) {
  const std::lock_guard lock(mutex_);
  return dealer_.yield(member, message, std::move(payload), outbox_);
}

wamp::Result<void> Realm::handle(Member& member, const wamp::Error& message, RoutedPayload payload) {
  const std::lock_guard lock(mutex_);
  return dealer_.error(member, message, std::move(payload), outbox_);
}

Realm::Counts Realm::counts() const {
  const std::lock_guard lock(mutex_);
  return {members_.size(), broker_.subscription_count(), dealer_.registration_count()};
}

}  // namespace router

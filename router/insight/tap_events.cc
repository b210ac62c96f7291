#include "router/insight/tap_events.h"

#include <string>
#include <utility>

#include "router/base/log.h"
#include "router/config/wording.h"
#include "wamp/error_uris.h"

namespace router::insight {

std::optional<Refusal> check_tap(const RolePermissions& permissions, bool payload) {
  const config::Permission* const rule = permissions.deciding_rule(tap_start_uri);
  if (!rule || !rule->tap)
    return Refusal{wamp::error_uri::not_authorized,
                   "no rule for \"" + std::string(tap_start_uri) + "\" has \"allow\": {\"tap\": true}"};
  if (payload && !rule->tap_payload)
    return Refusal{wamp::error_uri::not_authorized,
                   "the rule for \"" + std::string(tap_start_uri) + "\" has no \"tap_payload\": true"};
  return std::nullopt;
}

bool may_go_on(const RolePermissions& permissions, const Tap& tap) {
  if (check_tap(permissions, tap.payload)) return false;
  return permissions.verdicts() || (permissions.authorize(Action::call, tap_start_uri).allowed &&
                                    permissions.authorize(Action::subscribe, tap.topic()).allowed);
}

void publish_tap(RealmState& realm, const Tap& tap, std::string_view reason) {
  realm.broker.publish_meta(
      reason.empty() ? "wampd.tap.on_start" : "wampd.tap.on_end",
      [&] {
        wamp::Dict details = tap.details();
        if (!reason.empty()) details.append("reason", reason);
        return serializers::Arguments{{std::move(details)}, {}};
      },
      realm.outbox);
}

void log_tap(const RealmInsight& realm, const Tap& tap, std::string_view reason) {
  const std::string what = "tap " + std::to_string(tap.number) + " of realm " +
                           config::in_quotes(realm.name) + ", by session " + std::to_string(tap.owner.value) +
                           " (" + config::in_quotes(tap.authid) + ")";
  wamp::Dict facts = tap.details();
  facts.append("realm", realm.name);
  facts.append("event", reason.empty() ? "tap_started" : "tap_ended");
  if (!reason.empty()) facts.append("reason", reason);
  log::warning(what + (reason.empty() ? " begins" : " ends: " + std::string(reason)), facts);
}

serializers::Arguments shown(const Taps::Showing& showing, const SeenMessage& message,
                             const MemberFacts& session, WallTime now) {
  wamp::Dict event{{"tap", showing.tap},
                   {"time", iso_8601(now)},
                   {"direction", message.is_from_client ? "in" : "out"},
                   {"type", wamp::name(message.type)},
                   {"session", session.ref.session.value},
                   {"authid", session.identity->authid}};
  if (message.request != wamp::RequestId()) event.append("request", message.request.value);
  if (!message.uri.empty()) event.append("uri", message.uri);
  if (!message.error_uri.empty()) event.append("error", message.error_uri);
  event.append("bytes", uint64_t{message.bytes});
  if (showing.dropped > 0) event.append("dropped", showing.dropped);
  if (showing.payload && message.payload.count > 0) {
    if (message.payload.bytes.size() > *showing.payload) {
      event.append("cut", true);
    } else {
      serializers::Arguments arguments = serializers::decode_arguments(message.format, message.payload);
      event.append("args", std::move(arguments.args));
      if (!arguments.kwargs.empty()) event.append("kwargs", std::move(arguments.kwargs));
    }
  }
  return {{}, std::move(event)};
}

}  // namespace router::insight

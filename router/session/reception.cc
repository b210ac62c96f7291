// From HELLO to WELCOME, or to the ABORT of one who is not let in.
#include <chrono>
#include <string>
#include <utility>

#include "router/base/log.h"
#include "router/entrance/new_applicant.h"
#include "router/entrance/welcome_details.h"
#include "router/session/session.h"
#include "wamp/attributes.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

constexpr size_t max_realm_name = 255;  // bytes

// For a client that gave no name ("an anonymous session's authid is not empty"). Others are told it, so it is
// made of nothing that opens anything.
std::string anonymous_authid(const SessionRef& ref) {
  return "anonymous-" + std::to_string(ref.session.value);
}

}  // namespace

void Session::open_session(const wamp::Hello& hello) {
  deadline_ = {};
  const auto features = wamp::client_features(hello.details);
  if (!features) return violate(features.error().message);
  wamp::Attributes details(hello.details, "HELLO.Details");
  const wamp::List* methods = details.string_list("authmethods");
  const std::string_view authid =
      details.short_string("authid", config::SessionLimits().attribute_length).value_or("");
  const wamp::Dict* authextra = details.dict("authextra");
  if (details.error() && details.error()->is_refusable)
    return abort(wamp::error_uri::invalid_argument, details.error()->message);
  if (details.error()) return violate(details.error()->message);
  if (worker_.shutting_down()) return abort(wamp::close_uri::system_shutdown, "the router shuts down");
  if (hello.realm.size() > max_realm_name ||
      (!hello.realm.empty() && !wamp::is_valid_uri(hello.realm, wamp::UriRule::loose)))
    return abort(wamp::error_uri::invalid_uri,
                 "HELLO.Realm is not a valid URI of at most " + std::to_string(max_realm_name) + " bytes");

  entrance_ = latest(std::move(entrance_));
  const SessionRef& ref = address_.emplace(worker_).ref();
  sender_->record().session = ref;
  features_ = *features;
  state_ = State::admitting;
  admission_ =
      std::make_unique<Admission>(worker_, *entrance_, static_cast<Admission::Desk&>(*this), *connection_);
  auth::Applicant applicant = new_applicant(arrival_, *entrance_, *connection_);
  applicant.realm = hello.realm;
  applicant.authid = authid;
  if (authextra) applicant.authextra = *authextra;
  applicant.session = ref.session;
  admission_->hello(std::move(applicant), methods);
}

void Session::on_challenge(const auth::Challenge& challenge) {
  deadline_ = worker_.loop().now() + long_patience();
  sender_->send(wamp::Challenge{challenge.method, challenge.extra});
}

void Session::on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) {
  counters().auth_failures.add(admission_->method(), refused.error_uri);
  const auth::Applicant& applicant = admission_->applicant();
  log_refusal({applicant.realm, applicant.authid, admission_->method()}, refused.error_uri, refused.why);
  end_admission();
  if (delay.count() == 0) return say_abort(refused.error_uri, refused.text);
  state_ = State::refusing;
  refused_ = refused;
  deadline_ = worker_.loop().now() + delay;
}

void Session::log_refusal(const Claim& claim, std::string_view uri, const std::string& why) const {
  const std::string& peer = connection_->peer_address();
  log::warning(log::Kind::login,
               "refusing " + peer +
                   (claim.authid.empty() ? "" : " as \"" + std::string(claim.authid) + "\"") +
                   (claim.realm.empty() ? "" : " in realm \"" + std::string(claim.realm) + "\"") + ": " +
                   std::string(uri) + ": " + why,
               {{"event", "login_refused"},
                {"peer", peer},
                {"realm", claim.realm},
                {"authid", claim.authid},
                {"authmethod", claim.method},
                {"uri", uri},
                {"reason", why}});
}

void Session::end_admission() {
  address_.reset();
  state_ = State::closed;
  admission_.reset();
}

void Session::on_accepted(const auth::Accepted& accepted) {
  if (const auto refusal = join(accepted)) {
    counters().auth_failures.add(admission_->method(), refusal->error_uri);
    log_refusal({accepted.realm, accepted.authid, accepted.method}, refusal->error_uri, refusal->text);
    end_admission();
    return say_abort(refusal->error_uri, refusal->text);
  }
  remember_cookie(accepted);
  welcome(accepted.extra);
  admission_.reset();
}

std::optional<Refusal> Session::join(const auth::Accepted& accepted) {
  if (accepted.realm.empty()) return Refusal{wamp::error_uri::no_such_realm, "HELLO names no realm"};
  if (!entrance_->leads_to(accepted.realm) || !entrance_->realms.has(accepted.realm))
    return Refusal{wamp::error_uri::no_such_realm, "there is no realm \"" + accepted.realm + "\""};
  auto realm = entrance_->realms.find_or_create(accepted.realm);
  if (!realm)
    return Refusal{wamp::error_uri::too_many_requests,
                   "realm \"" + accepted.realm + "\" cannot be opened now"};
  if (!realm->has_role(accepted.role))
    return Refusal{wamp::error_uri::no_such_role,
                   "realm \"" + realm->name() + "\" has no role \"" + accepted.role + "\""};
  const SessionRef& ref = sender_->record().session;
  std::string authid = accepted.authid;
  if (accepted.method == "anonymous" && accepted.authid.empty()) authid = anonymous_authid(ref);
  auto joined = realm->join(
      ref, {authid, accepted.role, accepted.method, accepted.provider, connection_->peer_address()},
      *features_, connection_->account(), sender_->much(), last_owed_invocation_);
  if (auto* refusal = std::get_if<Refusal>(&joined)) return std::move(*refusal);
  membership_ =
      std::make_unique<Membership>(worker_, *this, *sender_, arrival_,
                                   Membership::Admitted{*std::move(address_), std::move(realm),
                                                    std::get<Realm::Joined>(std::move(joined)), accepted});
  address_.reset();
  state_ = State::established;
  connection_->set_known(true);
  const config::SessionLimits& limits = membership_->limits();
  connection_->limit_rate({limits.messages_per_second, limits.bytes_per_second});
  return std::nullopt;
}

void Session::welcome(const wamp::Dict& authextra) {
  counters().sessions_opened.add();
  const SessionRef ref = sender_->record().session;
  sender_->record() = {.session = ref, .since = worker_.loop().now()};
  const Realm& realm = membership_->realm();
  log_beginning(ref, membership_->identity(), realm.name());
  sender_->send(wamp::Welcome{
      ref.session, welcome_details(membership_->identity(), {realm.name(), realm.has_meta_api()}, authextra,
                                   announced_limits(membership_->limits(), entrance_->transport.limits))});
}

auth::Cookies* Session::cookies() const {
  return arrival_.cookie ? entrance_->cookies.get() : nullptr;
}

// Of those who have proved something; what a cookie has opened does not count again.
void Session::remember_cookie(const auth::Accepted& accepted) {
  auto* cookies = this->cookies();
  const bool has_proved = accepted.method != "anonymous" && accepted.method != "cookie";
  if (!cookies || !has_proved || !entrance_->transport.auth.contains("cookie")) return;
  const Identity& identity = membership_->identity();
  cookies->remember(*arrival_.cookie,
                    {membership_->realm().name(), identity.authid, identity.authrole, identity.authprovider,
                     accepted.expires},
                    entrance_->clock.now());
}

void Session::forget_cookie() {
  if (auto* cookies = this->cookies()) cookies->forget(*arrival_.cookie);
}

}  // namespace router

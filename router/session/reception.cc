#include "router/session/reception.h"

#include <utility>

#include "router/base/log.h"
#include "router/entrance/new_applicant.h"
#include "router/entrance/welcome_details.h"
#include "router/memory/holding.h"
#include "router/memory/value_bytes.h"
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

Reception::Reception(Worker& worker, Host& host, Sender& sender, Farewell& farewell, const Entrance& entrance,
                     const Arrival& arrival)
    : worker_(worker),
      host_(host),
      sender_(sender),
      farewell_(farewell),
      entrance_(entrance),
      arrival_(arrival),
      charge_(sender.connection().account(), holding::session, allocated(sizeof(Reception))) {}

void Reception::hello(const wamp::Hello& hello) {
  const auto features = wamp::client_features(hello.details);
  if (!features) return abort(wamp::error_uri::protocol_violation, features.error().message);
  wamp::Attributes details(hello.details, "HELLO.Details");
  const wamp::List* methods = details.string_list("authmethods");
  const std::string_view authid =
      details.short_string("authid", config::SessionLimits().attribute_length).value_or("");
  const wamp::Dict* authextra = details.dict("authextra");
  if (const auto& error = details.error())
    return abort(
        error->is_refusable ? wamp::error_uri::invalid_argument : wamp::error_uri::protocol_violation,
        error->message);
  if (worker_.shutting_down()) return abort(wamp::close_uri::system_shutdown, "the router shuts down");
  if (hello.realm.size() > max_realm_name ||
      (!hello.realm.empty() && !wamp::is_valid_uri(hello.realm, wamp::UriRule::loose)))
    return abort(wamp::error_uri::invalid_uri,
                 "HELLO.Realm is not a valid URI of at most " + std::to_string(max_realm_name) + " bytes");

  features_ = *features;
  sender_.record().session = address_.emplace(worker_).ref();
  admission_ = std::make_unique<Admission>(worker_, entrance_, static_cast<Admission::Desk&>(*this),
                                           sender_.connection());
  auth::Applicant applicant = new_applicant(arrival_, entrance_, sender_.connection());
  applicant.realm = hello.realm;
  applicant.authid = authid;
  if (authextra) applicant.authextra = *authextra;
  applicant.session = address_->ref().session;
  admission_->hello(std::move(applicant), methods);
}

void Reception::abort(std::string_view error_uri, std::string_view what) {
  farewell_.log_abort(error_uri, what);
  host_.turn_away(error_uri, what);
}

void Reception::authenticate(const wamp::Authenticate& message) {
  deadline_ = {};
  admission_->authenticate(message);
}

void Reception::sweep(SteadyTime now) {
  if (deadline_ == SteadyTime{} || now < deadline_) return;
  deadline_ = {};
  if (refused_) return host_.turn_away(refused_->error_uri, refused_->text);
  farewell_.close("no AUTHENTICATE in time");
}

// ---- what the admission says

void Reception::on_challenge(const auth::Challenge& challenge) {
  deadline_ = worker_.loop().now() + entrance_.long_patience();
  sender_.send(wamp::Challenge{challenge.method, challenge.extra});
}

void Reception::on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) {
  worker_.counters().auth_failures.add(admission_->method(), refused.error_uri);
  const auth::Applicant& applicant = admission_->applicant();
  log_refusal({applicant.realm, applicant.authid, admission_->method()}, refused.error_uri, refused.why);
  if (delay.count() == 0) return host_.turn_away(refused.error_uri, refused.text);
  refused_ = refused;
  deadline_ = worker_.loop().now() + delay;
  address_.reset();
  admission_.reset();
}

void Reception::log_refusal(const Claim& claim, std::string_view uri, const std::string& why) const {
  const std::string& peer = sender_.connection().peer_address();
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

void Reception::on_accepted(const auth::Accepted& accepted) {
  auto joined = join(accepted);
  if (auto* const admitted = std::get_if<Membership::Admitted>(&joined))
    return host_.on_joined(std::move(*admitted));
  const auto& refusal = std::get<Refusal>(joined);
  worker_.counters().auth_failures.add(admission_->method(), refusal.error_uri);
  log_refusal({accepted.realm, accepted.authid, accepted.method}, refusal.error_uri, refusal.text);
  host_.turn_away(refusal.error_uri, refusal.text);
}

std::variant<Membership::Admitted, Refusal> Reception::join(const auth::Accepted& accepted) {
  if (accepted.realm.empty()) return Refusal{wamp::error_uri::no_such_realm, "HELLO names no realm"};
  if (!entrance_.leads_to(accepted.realm) || !entrance_.realms.has(accepted.realm))
    return Refusal{wamp::error_uri::no_such_realm, "there is no realm \"" + accepted.realm + "\""};
  auto realm = entrance_.realms.find_or_create(accepted.realm);
  if (!realm)
    return Refusal{wamp::error_uri::too_many_requests,
                   "realm \"" + accepted.realm + "\" cannot be opened now"};
  if (!realm->has_role(accepted.role))
    return Refusal{wamp::error_uri::no_such_role,
                   "realm \"" + realm->name() + "\" has no role \"" + accepted.role + "\""};
  std::string authid = accepted.authid;
  if (accepted.method == "anonymous" && accepted.authid.empty()) authid = anonymous_authid(address_->ref());
  transport::Connection& connection = sender_.connection();
  auto joined = realm->join(
      address_->ref(), {authid, accepted.role, accepted.method, accepted.provider, connection.peer_address()},
      features_, connection.account(), sender_.much(), farewell_.last_owed_invocation());
  if (auto* refusal = std::get_if<Refusal>(&joined)) return std::move(*refusal);
  return Membership::Admitted{*std::move(address_), std::move(realm), std::get<Realm::Joined>(std::move(joined)),
                          accepted};
}

// ---- who is let in

void Reception::welcome(const Membership& membership, const auth::Accepted& login) const {
  transport::Connection& connection = sender_.connection();
  const config::SessionLimits& limits = membership.limits();
  connection.set_known(true);
  connection.limit_rate({limits.messages_per_second, limits.bytes_per_second});
  remember_cookie(membership, login);
  worker_.counters().sessions_opened.add();
  const SessionRef session = sender_.record().session;
  sender_.record() = {.session = session, .since = worker_.loop().now()};
  const Realm& realm = membership.realm();
  log_beginning(session, membership.identity(), realm.name());
  sender_.send(wamp::Welcome{
      session.session, welcome_details(membership.identity(), {realm.name(), realm.has_meta_api()},
                                       login.extra, announced_limits(limits, entrance_.transport.limits))});
}

void Reception::remember_cookie(const Membership& membership, const auth::Accepted& login) const {
  auth::Cookies* const cookies = cookies_of(entrance_, arrival_);
  const bool has_proved = login.method != "anonymous" && login.method != "cookie";
  if (!cookies || !has_proved || !entrance_.transport.auth.contains("cookie")) return;
  const Identity& identity = membership.identity();
  cookies->remember(
      *arrival_.cookie,
      {membership.realm().name(), identity.authid, identity.authrole, identity.authprovider, login.expires},
      entrance_.clock.now());
}

}  // namespace router

#include "router/auth/login.h"

#include <algorithm>
#include <utility>

#include "crypto/crypto.h"
#include "router/auth/dynamic_principal.h"
#include "router/auth/proofs/token.h"
#include "text/hex.h"
#include "wamp/error_uris.h"

namespace router::auth {

using namespace crypto;

namespace {

using namespace wamp::error_uri;

constexpr size_t max_authid = 255;  // bytes

// The public key that the client shows; nothing if it is none, which its proof tells.
std::optional<std::string> announced_key(const Applicant& applicant) {
  const wamp::Value* announced = applicant.authextra.find("pubkey");
  const auto* hex = announced ? announced->get<std::string>() : nullptr;
  return hex ? text::from_hex(*hex) : std::nullopt;
}

}  // namespace

Login::Login(const config::AuthMethods& methods, Applicant applicant, const Clock& clock)
    : methods_(methods), applicant_(std::move(applicant)), clock_(clock) {}

Step Login::begin(const wamp::List* offered) {
  if (applicant_.authid.size() > max_authid)
    return Refused{no_such_principal,
                   "HELLO.Details.authid is longer than " + std::to_string(max_authid) + " bytes",
                   "the authid is too long", false};
  if (!choose(offered)) return refuse_methods(offered);
  if (can_be_guessed() && applicant_.authid.empty())
    return Refused{no_such_principal, "authentication by \"" + method_ + "\" needs HELLO.Details.authid",
                   "no authid", false};
  if (method_ == "cookie") {
    const Remembered& before = *applicant_.remembered;
    return Accepted{before.realm, before.authid, before.role, method_, before.provider, {},
                    {},           before.expires};
  }
  proof_ = make_proof();
  const bool asked_later = method_ == "ticket" || method_ == "jwt";
  if (!rules_->authenticator) return method_ == "jwt" ? Step(Challenge{announced_, {}}) : begin_static();
  return asked_later ? Step(Challenge{announced_, {}}) : ask({});
}

bool Login::can_be_guessed() const {
  return method_ == "ticket" || method_ == "wampcra" || method_ == "scram";
}

bool Login::choose(const wamp::List* offered) {
  const wamp::List only_anonymous{wamp::Value("anonymous")};
  for (const wamp::Value& value : offered && !offered->empty() ? *offered : only_anonymous) {
    announced_ = *value.get<std::string>();
    method_ = announced_ == "wamp-scram" ? "scram" : announced_;
    if (!can_use(method_)) continue;
    rules_ = &methods_.find(method_)->second;
    return true;
  }
  method_.clear();
  return false;
}

bool Login::can_use(const std::string& name) const {
  if (!methods_.contains(name)) return false;
  if (name == "anonymous") return !is_closed_to_anonymous();
  if (name == "tls") return !applicant_.fingerprints.empty();
  if (name == "cookie") return applicant_.remembered && may_come_again(*applicant_.remembered);
  return true;
}

// The realm does not have the role that everybody gets.
bool Login::is_closed_to_anonymous() const {
  const auto found = methods_.find("anonymous");
  if (found == methods_.end() || found->second.authenticator || !applicant_.realm_lacks) return false;
  const config::Principal& everybody = found->second.principals.at("");
  return applicant_.realm_lacks(applicant_.realm.empty() ? everybody.realm : applicant_.realm,
                                everybody.role);
}

bool Login::may_come_again(const Remembered& before) const {
  return (applicant_.realm.empty() || applicant_.realm == before.realm) &&
         (!before.expires || *before.expires > clock_.wall_time());
}

Step Login::refuse_methods(const wamp::List* offered) const {
  std::string accepted;
  for (const auto& [name, rules] : methods_) accepted += (accepted.empty() ? "\"" : ", \"") + name + "\"";
  const bool is_closed = is_closed_to_anonymous();
  const bool has_others = methods_.size() > (methods_.contains("anonymous") ? 1 : 0);
  const bool named_none = !offered || offered->empty() ||
                          std::all_of(offered->begin(), offered->end(), [](const wamp::Value& name) {
                            return name == wamp::Value("anonymous");
                          });
  std::string text = accepted.empty() ? "this transport accepts no authentication method"
                                      : "this transport accepts the authentication methods " + accepted;
  if (is_closed) text += ", but realm \"" + applicant_.realm + "\" has no role for \"anonymous\"";
  return Refused{named_none && has_others ? authentication_required : no_matching_auth_method, text, text,
                 false};
}

const config::Principal* Login::find_principal() {
  const auto& principals = rules_->principals;
  if (method_ == "anonymous") return &principals.at("");
  if (method_ == "tls") {
    for (const auto& [authid, principal] : principals)
      for (const std::string& fingerprint : principal.fingerprints)
        if (std::count(applicant_.fingerprints.begin(), applicant_.fingerprints.end(), fingerprint) > 0) {
          if (applicant_.authid.empty()) applicant_.authid = authid;
          if (applicant_.authid == authid) return &principal;
        }
    return nullptr;
  }
  if (method_ == "cryptosign" && applicant_.authid.empty()) {
    const auto key = announced_key(applicant_);
    for (const auto& [authid, principal] : principals)
      if (key && std::count(principal.public_keys.begin(), principal.public_keys.end(), *key) > 0) {
        applicant_.authid = authid;
        return &principal;
      }
  }
  const auto found = principals.find(applicant_.authid);
  return found == principals.end() ? nullptr : &found->second;
}

Step Login::begin_static() {
  const config::Principal* known = find_principal();
  if (proof_) return challenge(known);
  if (!known) return deny("nobody has this certificate");
  return verdict(*known, {});
}

// One that looks like those there are, always the same for the same authid, and whose secret nobody knows. It
// is made for a known one too, and then modelled on it, so that both cases do the same and touch as much
// memory.
config::Principal Login::decoy(const config::Principal* known) const {
  const std::string seed = hmac_sha256(rules_->decoy_key, applicant_.authid);
  const config::Principal nobody;
  const config::Principal* model = &nobody;
  if (!rules_->principals.empty()) {
    const auto number = static_cast<unsigned char>(seed[0]) % rules_->principals.size();
    model = &std::next(rules_->principals.begin(), static_cast<std::ptrdiff_t>(number))->second;
  }
  config::Principal made_up = known ? *known : *model;
  const std::string bytes = hmac_sha256(seed, "salt");
  const std::string text = method_ == "scram" ? bytes : text::to_hex(bytes);
  // As long as the one it is modelled on; a salt is hardly ever longer than that.
  if (!made_up.salt.empty()) made_up.salt = text.substr(0, made_up.salt.size());
  made_up.secret = made_up.stored_key = made_up.server_key = random_bytes(sha256_size);
  made_up.public_keys.clear();
  made_up.authid.clear();
  return made_up;
}

Step Login::challenge(const config::Principal* known) {
  // Made in any case, and a known one is not even copied: both cases have to take as long.
  made_up_ = decoy(known);
  known_ = known != nullptr;
  claimed_ = known ? known : &made_up_;
  auto extra = proof_->challenge(applicant_, *claimed_);
  if (const auto* bad = std::get_if<BadHello>(&extra))
    return Refused{authentication_denied, bad->text, bad->text, false};
  return Challenge{announced_, std::move(std::get<wamp::Dict>(extra))};
}

Step Login::ask(wamp::Dict more) {
  wamp::Dict details = std::move(more);
  details.set("session", applicant_.session.value);
  details.set("authmethod", method_);
  details.set("authextra", applicant_.authextra);
  details.set("transport", applicant_.transport);
  config::Authenticator authenticator = *rules_->authenticator;
  if (authenticator.realm.empty()) authenticator.realm = applicant_.realm;
  return Question{std::move(authenticator), {applicant_.realm, applicant_.authid, std::move(details)}};
}

Step Login::on_answer(const Answer& answer) {
  if (const auto* error = std::get_if<AuthenticatorError>(&answer)) {
    const std::string& uri = error->error_uri;
    const bool has_failed = uri == no_such_procedure || uri == timeout || uri == canceled ||
                            uri == no_such_realm || uri == no_available_callee || uri == unavailable;
    const std::string why = "the authenticator said " + uri + (error->text.empty() ? "" : ": " + error->text);
    if (has_failed) return Refused{authentication_failed, "the authenticator is not available", why, false};
    return proof_ && method_ != "ticket" ? challenge(nullptr) : deny(why);
  }
  auto read = read_principal(std::get<wamp::Value>(answer), method_);
  if (const auto* wrong = std::get_if<std::string>(&read))
    return Refused{authentication_failed, "the authenticator failed", "the authenticator's answer: " + *wrong,
                   false};
  config::Principal& principal = told_ = std::move(std::get<config::Principal>(read));
  // Who is not told which keys are right has accepted the one that it was shown.
  if (method_ == "cryptosign" && principal.public_keys.empty())
    if (auto key = announced_key(applicant_)) principal.public_keys.push_back(*std::move(key));
  // It has seen the ticket, or there is nothing to prove.
  if (!proof_ || method_ == "ticket") return verdict(principal, {});
  return challenge(&principal);
}

Step Login::on_authenticate(const wamp::Authenticate& message) {
  if (method_ == "jwt") return verify_token(message.signature);
  if (rules_->authenticator && method_ == "ticket") return ask({{"ticket", message.signature}});
  wamp::Dict welcome;
  const bool proven = proof_->verify(message, *claimed_, welcome);
  if (!proven || !known_) return deny(known_ ? "the proof is wrong" : "there is no such principal");
  return verdict(*claimed_, std::move(welcome));
}

Step Login::verify_token(std::string_view token) {
  auto read = read_token(token, *rules_->token, clock_.wall_time());
  if (const auto* wrong = std::get_if<std::string>(&read)) return deny(*wrong);
  auto& claims = std::get<Claims>(read);
  if (!applicant_.authid.empty() && claims.authid != applicant_.authid)
    return deny("the token is for another authid");
  applicant_.authid = claims.authid;
  expires_ = claims.expires;
  if (rules_->authenticator) return ask({{"ticket", token}, {"claims", claims.all}});
  config::Principal principal;
  principal.authid = claims.authid;
  principal.role = claims.role;
  principal.realm = claims.realm;
  return verdict(principal, {});
}

Step Login::verdict(const config::Principal& principal, wamp::Dict extra) {
  Accepted accepted;
  accepted.role = principal.role.empty() ? rules_->default_role : principal.role;
  if (accepted.role.empty())
    return Refused{no_such_role, "no role was assigned", "no role was assigned", false};
  const bool may_redirect = rules_->authenticator.has_value() || applicant_.realm.empty();
  if (!principal.realm.empty() && principal.realm != applicant_.realm && !may_redirect)
    return deny("the principal is of another realm");
  accepted.realm = principal.realm.empty() ? applicant_.realm : principal.realm;
  // Nobody is whom he does not prove to be.
  const bool may_claim = method_ != "anonymous";
  accepted.authid = principal.authid.empty() && may_claim ? applicant_.authid : principal.authid;
  accepted.method = announced_;
  accepted.provider = provider();
  accepted.extra = principal.extra;
  const bool is_stranger = method_ == "anonymous" && !rules_->authenticator && principal.extra.empty();
  accepted.authextra = is_stranger ? applicant_.authextra : principal.extra;
  for (const wamp::DictEntry& entry : extra) accepted.extra.set(entry.key, entry.value);
  accepted.expires = expires_;
  return accepted;
}

Step Login::deny(std::string why) const {
  return Refused{authentication_denied, "the authentication was denied", std::move(why), can_be_guessed()};
}

std::unique_ptr<Proof> Login::make_proof() const {
  if (method_ == "ticket") return make_ticket();
  if (method_ == "wampcra") return make_wampcra(provider(), clock_.wall_time());
  if (method_ == "scram") return make_scram(announced_);
  if (method_ == "cryptosign") return make_cryptosign();
  return nullptr;
}

}  // namespace router::auth

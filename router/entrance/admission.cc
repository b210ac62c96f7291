#include "router/entrance/admission.h"

#include <utility>

#include "router/memory/holding.h"
#include "router/memory/value_bytes.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

auth::Answer answer_of(const Inquiry::Answer& answer) {
  if (const auto* error = std::get_if<Inquiry::Error>(&answer))
    return auth::AuthenticatorError{error->uri, error->text};
  return result_of(std::get<serializers::Arguments>(answer));
}

}  // namespace

Admission::Admission(Worker& worker, const Entrance& entrance, Desk& desk, transport::Connection& connection)
    : worker_(worker), entrance_(entrance), desk_(desk), connection_(connection) {}

void Admission::hello(auth::Applicant applicant, const wamp::List* methods) {
  charge_ = {connection_.account(), holding::session,
             allocated(sizeof(Admission)) + allocated(sizeof(auth::Login)) + allocated(applicant.realm) +
                 allocated(applicant.authid) + allocated(applicant.authextra) +
                 allocated(applicant.transport)};
  login_ = std::make_unique<auth::Login>(entrance_.transport.auth, std::move(applicant), entrance_.clock);
  take(login_->begin(methods));
}

void Admission::authenticate(const wamp::Authenticate& message) {
  challenged_ = false;
  // Others may have failed while this one was thinking: many connections are no way around.
  if (locked_out()) return refuse_locked_out();
  take(login_->on_authenticate(message));
}

auth::LoginAttempt Admission::attempt() const {
  const auth::Applicant& applicant = login_->applicant();
  const auto& before = applicant.remembered;
  const bool is_owner = before && before->authid == applicant.authid && before->realm == applicant.realm;
  return {applicant.authid, connection_.peer_address(), is_owner ? applicant.cookie : std::nullopt};
}

bool Admission::locked_out() const {
  return login_->can_be_guessed() &&
         entrance_.logins->locked_out(attempt(), entrance_.transport.limits, entrance_.clock.now());
}

void Admission::refuse_locked_out() {
  refuse({wamp::error_uri::too_many_requests, "too many failed logins", "locked out", false});
}

void Admission::take(auth::Step step) {
  if (const auto* challenge_step = std::get_if<auth::Challenge>(&step)) return challenge(*challenge_step);
  if (const auto* question = std::get_if<auth::Question>(&step)) return ask(*question);
  if (const auto* accepted = std::get_if<auth::Accepted>(&step)) return accept(*accepted);
  refuse(std::get<auth::Refused>(step));
}

void Admission::challenge(const auth::Challenge& challenge) {
  if (locked_out()) return refuse_locked_out();
  challenged_ = true;
  desk_.on_challenge(challenge);
}

void Admission::ask(const auth::Question& question) {
  if (locked_out()) return refuse_locked_out();
  auto realm = entrance_.realms.find(question.authenticator.realm);
  if (!realm)
    return refuse({wamp::error_uri::no_such_realm,
                   "there is no realm \"" + question.authenticator.realm + "\"",
                   "the authenticator's realm does not exist", false});
  inquiry_ = std::make_unique<Inquiry>(worker_, std::move(realm), connection_,
                                       Inquiry::Question{question.authenticator.procedure, question.arguments,
                                                         question.authenticator.timeout_ms},
                                       [this](const Inquiry::Answer& answer) {
                                         const auto told = answer_of(answer);
                                         inquiry_.reset();
                                         // As in authenticate().
                                         if (locked_out()) return refuse_locked_out();
                                         take(login_->on_answer(told));
                                       });
}

void Admission::accept(const auth::Accepted& accepted) {
  if (login_->can_be_guessed()) entrance_.logins->succeed(attempt(), entrance_.clock.now());
  desk_.on_accepted(accepted);
}

void Admission::refuse(const auth::Refused& refused) {
  std::chrono::milliseconds delay(0);
  if (refused.is_guess)
    delay = entrance_.logins->fail(attempt(), entrance_.transport.limits, entrance_.clock.now());
  desk_.on_refused(refused, delay);
}

}  // namespace router

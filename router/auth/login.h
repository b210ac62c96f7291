// One client's way from HELLO to a verdict: which method, whom it claims to be, what it has to answer.
//
// Pure: each call says what comes next. No sockets, no threads; what is asked of a dynamic authenticator is
// asked by the caller. Used by its session only, which outlives it, as the methods and the clock do. An
// authid that nobody has goes the same way as a known one, with the same messages and the same work, up to
// the verdict.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "router/auth/proofs/applicant.h"
#include "router/auth/proofs/proof.h"
#include "router/base/clock.h"
#include "router/config/authentication.h"
#include "wamp/message.h"

namespace router::auth {

// To be sent to the client, whose AUTHENTICATE comes next.
struct Challenge {
  std::string method;
  wamp::Dict extra;
};
// To be asked of a dynamic authenticator.
struct Question {
  config::Authenticator authenticator;  // with the realm filled in
  wamp::List arguments;
};
struct Accepted {
  std::string realm, authid, role;
  std::string method;  // as the client calls it
  std::string provider;
  wamp::Dict extra;                 // for WELCOME.Details.authextra
  wamp::Dict authextra;             // what authorizers are told, as in Crossbar: what is known of the
                                    // principal, or what somebody says who proves nothing
  std::optional<WallTime> expires;  // the session must not outlive that
};
struct Refused {
  std::string_view error_uri;
  std::string text;       // for the client
  std::string why;        // for the log
  bool is_guess = false;  // somebody may have tried a secret
};
using Step = std::variant<Challenge, Question, Accepted, Refused>;

// What came of a Question: a principal, or an error's URI and text.
struct AuthenticatorError {
  std::string error_uri, text;
};
using Answer = std::variant<wamp::Value, AuthenticatorError>;

class Login {
 public:
  Login(const config::AuthMethods& methods, Applicant applicant, const Clock& clock);

  // `offered`: HELLO.Details.authmethods, strings; null: not given.
  Step begin(const wamp::List* offered);
  // After a Question.
  Step on_answer(const Answer& answer);
  // After a Challenge.
  Step on_authenticate(const wamp::Authenticate& message);

  const Applicant& applicant() const { return applicant_; }
  // The method chosen, by Crossbar's name; empty: none yet.
  const std::string& method() const { return method_; }
  // The method's secrets are such as people choose; who claims one has named an authid.
  bool can_be_guessed() const;

 private:
  bool choose(const wamp::List* offered);
  bool can_use(const std::string& name) const;
  bool is_closed_to_anonymous() const;
  bool may_come_again(const Remembered& before) const;
  Step refuse_methods(const wamp::List* offered) const;
  Step begin_static();
  Step ask(wamp::Dict more);
  Step challenge(const config::Principal* known);
  Step verdict(const config::Principal& principal, wamp::Dict extra);
  Step verify_token(std::string_view token);
  Step deny(std::string why) const;
  const config::Principal* find_principal();
  config::Principal decoy(const config::Principal* known) const;
  std::unique_ptr<Proof> make_proof() const;
  std::string_view provider() const { return rules_->authenticator ? "dynamic" : "static"; }

  const config::AuthMethods& methods_;
  Applicant applicant_;
  const Clock& clock_;
  std::string method_;     // the key in methods_
  std::string announced_;  // as the client calls it
  const config::AuthMethod* rules_ = nullptr;
  std::unique_ptr<Proof> proof_;  // null: nothing to prove, or not now
  config::Principal made_up_,
      told_;  // who is claimed, if nobody has that authid; as an authenticator tells it
  const config::Principal* claimed_ = nullptr;  // one of these, or one of rules_
  bool known_ = false;                          // it is not the made-up one
  std::optional<WallTime> expires_;
};

}  // namespace router::auth

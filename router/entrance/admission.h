// Lets one client in, or not: from HELLO over CHALLENGE and AUTHENTICATE to a verdict, with the help of
// dynamic authenticators and with an eye on those who guess.
//
// Owned by its session, on its worker's thread. The worker, the entrance and the desk outlive it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "router/auth/login.h"
#include "router/auth/login_history.h"
#include "router/entrance/entrance.h"
#include "router/entrance/inquiry.h"
#include "router/worker/worker.h"
#include "transport/connection/connection.h"
#include "wamp/message.h"

namespace router {

class Admission {
 public:
  // Who is told what came of it: inside hello() or authenticate(), or later. May destroy the admission.
  class Desk {
   public:
    virtual void on_challenge(const auth::Challenge& challenge) = 0;
    virtual void on_accepted(const auth::Accepted& accepted) = 0;
    // `delay`: how long to keep the client waiting for the answer.
    virtual void on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) = 0;

   protected:
    ~Desk() = default;
  };

  // `connection`: the client's; outlives it, too.
  Admission(Worker& worker, const Entrance& entrance, Desk& desk, transport::Connection& connection);

  // `methods`: HELLO.Details.authmethods, or null.
  void hello(auth::Applicant applicant, const wamp::List* methods);
  // Precondition: challenged().
  void authenticate(const wamp::Authenticate& message);
  // A challenge has been sent and not been answered.
  bool challenged() const { return challenged_; }
  // As it says of itself.
  const auth::Applicant& applicant() const { return login_->applicant(); }
  // The method chosen; empty: none yet.
  const std::string& method() const { return login_->method(); }

 private:
  void take(auth::Step step);
  void challenge(const auth::Challenge& challenge);
  void ask(const auth::Question& question);
  void accept(const auth::Accepted& accepted);
  void refuse(const auth::Refused& refused);
  auth::LoginAttempt attempt() const;
  bool locked_out() const;
  void refuse_locked_out();

  Worker& worker_;
  const Entrance& entrance_;
  Desk& desk_;
  transport::Connection& connection_;
  transport::Charge charge_;  // for what the client has said of itself
  std::unique_ptr<auth::Login> login_;
  std::unique_ptr<Inquiry> inquiry_;  // while an authenticator is asked
  bool challenged_ = false;
};

}  // namespace router

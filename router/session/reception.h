// One client on its way in: from HELLO to WELCOME, or to the ABORT of one who is not let in. Its admission
// decides; what the peer is sent of that, and how long it may take, is here.
//
// Owned by its session while that is so, on its worker's thread. What it refers to outlives it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "router/auth/login.h"
#include "router/base/clock.h"
#include "router/entrance/admission.h"
#include "router/entrance/entrance.h"
#include "router/member/request_check.h"
#include "router/session/farewell.h"
#include "router/session/membership.h"
#include "router/session/sender.h"
#include "router/worker/address.h"
#include "router/worker/worker.h"
#include "transport/memory/account.h"
#include "wamp/features.h"
#include "wamp/message.h"

namespace router {

class Reception final : private Admission::Desk {
 public:
  // The session, which is told what came of it: inside a function of the reception, or later. It ends the
  // reception then.
  class Host {
   public:
    // The client is a member of a realm. It is to be welcomed.
    virtual void on_joined(Membership::Admitted&& admitted) = 0;
    // It is not let in, which the log has.
    virtual void turn_away(std::string_view error_uri, std::string_view text) = 0;

   protected:
    ~Host() = default;
  };

  Reception(Worker& worker, Host& host, Sender& sender, Farewell& farewell, const Entrance& entrance,
            const Arrival& arrival);

  // First, once.
  void hello(const wamp::Hello& hello);
  // A challenge has been sent and not been answered.
  bool challenged() const { return admission_ && admission_->challenged(); }
  // Precondition: challenged().
  void authenticate(const wamp::Authenticate& message);
  // ABORT comes when somebody who guesses has waited long enough.
  bool is_refusing() const { return refused_.has_value(); }
  // Often.
  void sweep(SteadyTime now);
  // Last, when the host has made the membership.
  void welcome(const Membership& membership, const auth::Accepted& login) const;

 private:
  void on_challenge(const auth::Challenge& challenge) override;
  void on_accepted(const auth::Accepted& accepted) override;
  void on_refused(const auth::Refused& refused, std::chrono::milliseconds delay) override;
  std::variant<Membership::Admitted, Refusal> join(const auth::Accepted& accepted);
  // Of those who have proved something; what a cookie has opened does not count again.
  void remember_cookie(const Membership& membership, const auth::Accepted& login) const;
  // HELLO is none that can be dealt with.
  void abort(std::string_view error_uri, std::string_view what);
  // Who somebody says to be who is not let in.
  struct Claim {
    std::string_view realm, authid, method;
  };
  void log_refusal(const Claim& claim, std::string_view uri, const std::string& why) const;

  Worker& worker_;
  Host& host_;
  Sender& sender_;
  Farewell& farewell_;
  const Entrance& entrance_;
  const Arrival& arrival_;
  const transport::Charge charge_;  // for all of this
  wamp::ClientFeatures features_;
  std::optional<Address> address_;        // while it may become a member's
  std::unique_ptr<Admission> admission_;  // likewise
  std::optional<auth::Refused> refused_;  // from then on, if the ABORT is to come later
  SteadyTime deadline_{};                 // of AUTHENTICATE, or of that ABORT; zero: none
};

}  // namespace router

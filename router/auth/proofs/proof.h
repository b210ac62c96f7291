// What a client does to prove that it is the principal that it says it is: ticket, wampcra, scram,
// cryptosign.
//
// Made for one attempt, asked once for a challenge and once for a verdict; no sockets, no threads. What it
// does takes as long for a principal that is made up as for one that exists.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "router/auth/proofs/applicant.h"
#include "router/base/clock.h"
#include "router/config/authentication.h"
#include "wamp/message.h"

namespace router::auth {

// What is wrong with the client's HELLO, for this method; for the client to read.
struct BadHello {
  std::string text;
};

class Proof {
 public:
  virtual ~Proof() = default;

  // CHALLENGE.Extra.
  virtual std::variant<wamp::Dict, BadHello> challenge(const Applicant& applicant,
                                                       const config::Principal& principal) = 0;
  // Adds to `welcome` what the client is to be told in WELCOME.Details.authextra.
  virtual bool verify(const wamp::Authenticate& answer, const config::Principal& principal,
                      wamp::Dict& welcome) = 0;
};

// "Ticket-based Authentication".
std::unique_ptr<Proof> make_ticket();
// "Challenge Response Authentication". `provider` and the time are part of what is signed.
std::unique_ptr<Proof> make_wampcra(std::string_view provider, WallTime now);
// "Salted Challenge Response Authentication". `name`: "wamp-scram" as specified, or "scram" as Autobahn and
// Crossbar speak it: without GS2 header, without escapes, with the verifier under another name.
std::unique_ptr<Proof> make_scram(std::string_view name);
// "Cryptosign-based Authentication".
std::unique_ptr<Proof> make_cryptosign();

}  // namespace router::auth

// The client's half of the authentication methods: what HELLO offers, what answers a CHALLENGE, and whether
// the router has proved that it is the one.
//
// For one login; on its session's thread. Making a key of a password takes as long as the router asks for,
// within bounds: the thread does nothing else meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/options.h"
#include "wamp/message.h"

namespace client {

class Authentication {
 public:
  // Throws std::invalid_argument if a method is not known, or has not what it needs. `login` outlives it.
  Authentication(const Login& login, bool has_certificate);

  // Adds authmethods, authid, authrole and authextra to HELLO.Details.
  void add_to_hello(wamp::Dict& details) const;

  // That the connection has: 32 octets, or "" if there is none of that name.
  using ChannelBinding = std::function<std::string(std::string_view name)>;
  // AUTHENTICATE, or why there is none.
  std::variant<wamp::Authenticate, std::string> answer(const wamp::Challenge& challenge,
                                                       const ChannelBinding& channel_binding);

  // Of WELCOME.Details: why this router is not to be trusted, though it lets us in. One that has not asked
  // for a proof lets us in only if a method was offered that needs none.
  std::optional<std::string> distrust(const wamp::Dict& details) const;

 private:
  using Answer = std::variant<wamp::Authenticate, std::string>;
  Answer answer_wampcra(const wamp::Dict& extra) const;
  Answer answer_scram(const wamp::Dict& extra, bool as_specified, const ChannelBinding& channel_binding);
  Answer answer_cryptosign(const wamp::Dict& extra, const ChannelBinding& channel_binding) const;
  void check(const std::string& method, bool has_certificate) const;
  bool offers(std::string_view method) const;
  bool offers_without_challenge() const;
  bool offers_scram() const;

  const Login& login_;
  std::vector<std::string> methods_;
  std::string private_key_;       // octets
  std::string nonce_;             // of SCRAM, if that is offered
  std::string router_signature_;  // of SCRAM, that WELCOME must have
  bool has_answered_ = false;     // a CHALLENGE
};

}  // namespace client

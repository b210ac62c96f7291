// The way into a realm: HELLO, what answers a CHALLENGE, and whether a WELCOME will do.
//
// For one session, on its thread. It has no connection: who has one asks what is to be said, and tells what
// has come.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "client/login/authentication.h"
#include "client/messages.h"
#include "client/options.h"
#include "wamp/message.h"

namespace client {

class Joining {
 public:
  // Throws std::invalid_argument as Authentication's. `options` outlive it.
  explicit Joining(const Options& options);

  // With these as its Details.roles and agent. Its realm lies in the options.
  wamp::Hello hello(wamp::Dict roles, std::string_view agent) const;

  // Why there is no session, though the router would go on. It is to be told so by an ABORT.
  struct Refusal {
    EndKind kind;
    std::string_view reason;  // the URI
    std::string text;         // for people
  };
  std::variant<wamp::Authenticate, Refusal> answer(const wamp::Challenge& challenge,
                                                   const Authentication::ChannelBinding& channel_binding);
  // Nothing: the session has joined.
  std::optional<Refusal> refuse(const wamp::Welcome& welcome) const;

 private:
  const Options& options_;
  Authentication authentication_;
  bool was_challenged_ = false;
};

}  // namespace client

#include "client/login/joining.h"

#include <utility>

#include "wamp/error_uris.h"

namespace client {

Joining::Joining(const Options& options)
    : options_(options), authentication_(options.login, !options.tls.certificate.empty()) {}

wamp::Hello Joining::hello(wamp::Dict roles, std::string_view agent) const {
  wamp::Dict details = options_.hello_details;
  details.set("roles", std::move(roles));
  details.set("agent", std::string(agent));
  authentication_.add_to_hello(details);
  return {options_.realm, std::move(details)};
}

std::variant<wamp::Authenticate, Joining::Refusal> Joining::answer(
    const wamp::Challenge& challenge, const Authentication::ChannelBinding& channel_binding) {
  if (std::exchange(was_challenged_, true))
    return Refusal{EndKind::protocol_error, wamp::error_uri::protocol_violation,
                   "the router sent a second CHALLENGE"};
  auto answer = authentication_.answer(challenge, channel_binding);
  if (auto* const why = std::get_if<std::string>(&answer))
    return Refusal{EndKind::login_refused, wamp::error_uri::authentication_failed, std::move(*why)};
  return std::get<wamp::Authenticate>(std::move(answer));
}

std::optional<Joining::Refusal> Joining::refuse(const wamp::Welcome& welcome) const {
  auto why = authentication_.distrust(welcome.details);
  if (!why) return std::nullopt;
  return Refusal{EndKind::login_refused, wamp::error_uri::authentication_failed, *std::move(why)};
}

}  // namespace client

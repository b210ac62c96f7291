// What a client may send while its session is established: a table. What is not in it is a protocol
// violation.
#pragma once

#include <optional>

#include "wamp/features.h"
#include "wamp/message_type.h"

namespace router {

struct SessionRule {
  wamp::MessageType type;
  std::optional<wamp::Role> role;  // which the client must have announced; none: any
  bool new_request;                // its Request is the next id of the session scope
};

inline constexpr SessionRule session_rules[] = {
    {wamp::MessageType::abort, std::nullopt, false},
    {wamp::MessageType::goodbye, std::nullopt, false},
    {wamp::MessageType::publish, wamp::Role::publisher, true},
    {wamp::MessageType::subscribe, wamp::Role::subscriber, true},
    {wamp::MessageType::unsubscribe, wamp::Role::subscriber, true},
    {wamp::MessageType::call, wamp::Role::caller, true},
    {wamp::MessageType::cancel, wamp::Role::caller, false},
    {wamp::MessageType::register_, wamp::Role::callee, true},
    {wamp::MessageType::unregister, wamp::Role::callee, true},
    {wamp::MessageType::yield, wamp::Role::callee, false},
    {wamp::MessageType::error, wamp::Role::callee, false},
};

// None: a client may never send that in an established session.
constexpr std::optional<SessionRule> session_rule(wamp::MessageType type) {
  for (const SessionRule& rule : session_rules)
    if (rule.type == type) return rule;
  return std::nullopt;
}

// One that a client may send then.
template <class M>
concept SessionMessage = (session_rule(M::type) != std::nullopt);

}  // namespace router

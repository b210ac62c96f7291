#include "router/session_rules.h"

#include <algorithm>
#include <iterator>

namespace router {
namespace {

using wamp::MessageType;
using wamp::Role;

constexpr SessionRule rules[] = {
    {MessageType::abort, std::nullopt, false},          {MessageType::goodbye, std::nullopt, false},
    {MessageType::publish, Role::publisher, true},      {MessageType::subscribe, Role::subscriber, true},
    {MessageType::unsubscribe, Role::subscriber, true}, {MessageType::call, Role::caller, true},
    {MessageType::cancel, Role::caller, false},         {MessageType::register_, Role::callee, true},
    {MessageType::unregister, Role::callee, true},      {MessageType::yield, Role::callee, false},
    {MessageType::error, Role::callee, false},
};

}  // namespace

const SessionRule* session_rule(wamp::MessageType type) {
  const auto found = std::find_if(std::begin(rules), std::end(rules),
                                  [type](const SessionRule& rule) { return rule.type == type; });
  return found == std::end(rules) ? nullptr : found;
}

wamp::RequestId request_of(const wamp::Message& message) {
  return std::visit(
      [](const auto& m) {
        if constexpr (requires { m.request; })
          return m.request;
        else
          return wamp::RequestId();
      },
      message);
}

}  // namespace router

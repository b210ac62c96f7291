#include "router/session_rules.h"

#include <array>

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

constexpr size_t type_count = 256;

// The rules by message code.
constexpr std::array<const SessionRule*, type_count> by_type = [] {
  std::array<const SessionRule*, type_count> index{};
  for (const SessionRule& rule : rules) index[static_cast<size_t>(rule.type)] = &rule;
  return index;
}();

}  // namespace

const SessionRule* session_rule(wamp::MessageType type) {
  const auto code = static_cast<size_t>(type);
  return code < type_count ? by_type[code] : nullptr;
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

// One question to the router, for subcommands that ask several.
#pragma once

#include <functional>
#include <string_view>

#include "client/command/connection/connection.h"

namespace client::command {

// `then` gets the first argument of the result, null if there is none. An error ends the subcommand, unless
// `otherwise` says that it has dealt with it.
void ask(Connection& connection, Session& session, std::string_view procedure, const wamp::List& args,
         std::function<void(const wamp::Value&)> then, std::function<bool(const Error&)> otherwise = {});

}  // namespace client::command

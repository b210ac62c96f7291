// What a command of --exec is told of a call or an event, and what its end answers.
//
// Pure.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/command/child/child.h"
#include "client/payload.h"

namespace client::command {

// Standard input: {"args":[...],"kwargs":{...}}; environment: WAMP_ARGS_JSON and WAMP_KWARGS_JSON, but of
// what is longer than the system takes in one variable, and `more`.
ChildCommand command_for(const std::string& line, const Payload& payload,
                         std::vector<std::pair<std::string, std::string>> more);

// What it has printed, or why it has failed, for people.
using Answer = std::variant<Payload, std::string>;
Answer answer_of(const ChildEnd& end);

}  // namespace client::command

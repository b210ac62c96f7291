// "wampd check": says what would be served, or which rule decides, and serves nothing.
#pragma once

#include "client/command/question/file_question.h"
#include "router/main/program_options.h"

namespace router::program {

// Returns the exit status. Throws ConfigError with all faults of the file.
int check(const Options& options);

// "wampd explain --config FILE": the same answer as "wampd check FILE --explain". Throws ConfigError, or
// std::runtime_error if the question cannot be answered.
wamp::Dict explain_file(const client::command::FileQuestion& asked);

}  // namespace router::program

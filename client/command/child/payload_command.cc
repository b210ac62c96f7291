#include "client/command/child/payload_command.h"

#include <stdexcept>

#include "client/command/words/arguments.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace client::command {
namespace {

// Linux takes 128 KiB, with the name.
constexpr size_t longest_variable = 120 << 10;

std::string_view without_last_line_end(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

ChildCommand command_for(const std::string& line, const Payload& payload,
                         std::vector<std::pair<std::string, std::string>> more) {
  Payload::Json json = payload.to_json();
  ChildCommand command{.line = line,
                       .input = "{\"args\":" + json.args + ",\"kwargs\":" + json.kwargs + "}\n"};
  command.environment = std::move(more);
  if (json.args.size() <= longest_variable)
    command.environment.emplace_back("WAMP_ARGS_JSON", std::move(json.args));
  if (json.kwargs.size() <= longest_variable)
    command.environment.emplace_back("WAMP_KWARGS_JSON", std::move(json.kwargs));
  return command;
}

Answer answer_of(const ChildEnd& end) {
  if (end.said_too_much) return "the command has printed more than 16 MiB";
  if (end.status != 0) {
    const std::string_view errors = without_last_line_end(end.errors);
    if (errors.empty()) return "the command has ended with status " + std::to_string(end.status);
    return text::is_utf8(errors) ? std::string(errors) : text::printable(errors, true);
  }
  try {
    const Arguments arguments = read_answer(end.output);
    return Payload(arguments.args, arguments.kwargs);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

}  // namespace client::command

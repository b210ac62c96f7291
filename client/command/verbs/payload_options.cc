#include "client/command/verbs/payload_options.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <unistd.h>

#include "client/command/words/options.h"

namespace client::command {
namespace {

constexpr size_t longest_input = size_t{16} << 20;  // of one message

}  // namespace

std::string read_all(int descriptor) {
  std::string text;
  std::vector<char> piece(1 << 16);
  while (true) {
    const ssize_t size = ::read(descriptor, piece.data(), piece.size());
    if (size == 0) return text;
    if (size < 0) throw std::runtime_error(std::string("standard input: ") + std::strerror(errno));
    text.append(piece.data(), static_cast<size_t>(size));
    if (text.size() > longest_input)
      throw std::runtime_error("standard input: more than 16 MiB for one message");
  }
}

void PayloadOptions::add_to(CLI::App& app) {
  add_free_arguments(
      app, "arg", words_.words,
      "JSON, or else a string; \"-\": what the standard input says; behind \"--\" all are arguments")
      ->type_name("ARG");
  add_repeatable(app, "-k,--kwarg", words_.entries, "a keyword argument; VALUE as ARG")
      ->type_name("NAME=VALUE");
  add_message_options(app, options_);
  add_word(app, "--args", words_.args, "a list: the first arguments")->type_name("JSON");
  add_word(app, "--kwargs", words_.kwargs, "an object: keyword arguments")->type_name("JSON");
  app.add_flag("--string", words_.as_strings, "each ARG and VALUE is a string");
}

Arguments PayloadOptions::arguments() const {
  return read_arguments(words_, [] { return read_all(STDIN_FILENO); });
}

wamp::Dict PayloadOptions::options() const {
  return read_entries(options_, "-o", false);
}

void add_message_options(CLI::App& app, std::vector<std::string>& words) {
  add_repeatable(app, "-o,--option", words, "an option of the message, as WAMP names it; VALUE as ARG")
      ->type_name("OPTION=VALUE");
}

}  // namespace client::command

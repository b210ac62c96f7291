#include "client/command/settings/connection_options.h"

#include <algorithm>
#include <stdexcept>

#include "client/command/output/output.h"
#include "client/command/settings/contexts.h"
#include "client/command/words/options.h"
#include "text/utf8.h"

namespace client::command {
namespace {

std::string option_name(const Setting& setting) {
  std::string name = "--" + std::string(setting.name);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

void warn_of_secret(const Setting& setting) {
  complain("warning: whoever may list the processes of this machine sees " + option_name(setting) + "; " +
           "--" + (setting.instead == "key_file" ? "key" : std::string(setting.name)) + "-file, WAMP_" +
           std::string(setting.variable) + " or a context keep it from others");
}

}  // namespace

void ConnectionOptions::add_to(CLI::App& app) {
  for (const Setting& setting : all_settings()) {
    if (app.get_option_no_throw(option_name(setting))) continue;
    std::string help(setting.help);
    if (!setting.variable.empty()) help += " (WAMP_" + std::string(setting.variable) + ")";
    CLI::Option* const option = add_word(app, option_name(setting), words_[std::string(setting.name)], help)
                                    ->type_name(std::string(setting.placeholder))
                                    ->group("Connection");
    if (!setting.choices.empty()) offer(option, std::string(setting.choices));
    options_[std::string(setting.name)] = option;
  }
  offer(add_word(app, "--context", context_,
                 "what \"wampd context add\" has kept under that name (WAMP_CONTEXT)"),
        all_contexts)
      ->type_name("NAME")
      ->group("Connection");
  app.add_flag("-v,--verbose", is_verbose_, "show each message on the standard error")->group("Connection");
}

Settings ConnectionOptions::given() const {
  Settings result;
  for (const auto& [name, option] : options_) {
    if (option->count() == 0) continue;
    const std::string& word = words_.find(name)->second;
    if (!text::is_utf8(word)) throw std::invalid_argument("--" + name + ": it is not UTF-8");
    result[name] = word;
  }
  for (const Setting& setting : all_settings())
    if (setting.is_secret && result.contains(setting.name)) warn_of_secret(setting);
  return result;
}

Settings ConnectionOptions::resolve() const {
  const Environment environment = process_environment();
  const Contexts contexts(environment);
  const auto context = chosen_context(contexts, context_, environment);
  const Settings of_context = context ? contexts.load(*context) : Settings();
  if (const std::string warning = context ? contexts.warning(*context) : ""; !warning.empty())
    complain("warning: " + warning);
  return merged(given(), merged(settings_of(environment), of_context));
}

}  // namespace client::command

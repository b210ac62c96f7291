// wampd context
#include <algorithm>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "client/command/output/json.h"
#include "client/command/output/output.h"
#include "client/command/output/table.h"
#include "client/command/output/terminal.h"
#include "client/command/settings/connection_options.h"
#include "client/command/settings/contexts.h"
#include "client/command/verbs/verb.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

constexpr const char* hidden = "(hidden)";

std::string value_or_nothing(const Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

class ContextVerb final : public Verb {
 public:
  explicit ContextVerb(CLI::App& app) {
    app.require_subcommand(1);
    add_ = app.add_subcommand("add", "Keep these connection options under a name.");
    add_name(*add_)->required();
    connection_options_.add_to(*add_);
    add_->add_flag("--select", selects_, "and select it");
    ls_ = app.add_subcommand("ls", "List the contexts.");
    select_ = app.add_subcommand("select", "Take this one where none is named.");
    offer(add_name(*select_), all_contexts)->required();
    show_ = app.add_subcommand("show", "Show what is kept, but the secrets.");
    offer(add_name(*show_), all_contexts);
    rm_ = app.add_subcommand("rm", "Forget one.");
    offer(add_name(*rm_), all_contexts)->required();
  }

  ExitStatus run() override {
    const Contexts contexts(process_environment());
    if (add_->parsed()) add(contexts);
    if (ls_->parsed()) return list(contexts);
    if (select_->parsed()) contexts.select(name_);
    if (show_->parsed()) show(contexts);
    if (rm_->parsed()) contexts.remove(name_);
    return ExitStatus::done;
  }

 private:
  CLI::Option* add_name(CLI::App& app) { return add_word(app, "name", name_, "its name")->type_name("NAME"); }

  void add(const Contexts& contexts) {
    const Settings given = connection_options_.given();
    to_options(merged(given, {}));  // what is wrong is told now
    contexts.save(name_, given);
    if (selects_) contexts.select(name_);
  }

  // Those that cannot be read have a line, too.
  ExitStatus list(const Contexts& contexts) {
    const auto selected = contexts.selected();
    Table table({{"NAME"}, {"URL"}, {"REALM"}, {"AUTHID"}});
    ExitStatus status = ExitStatus::done;
    for (const std::string& name : contexts.names()) {
      Settings settings;
      try {
        settings = contexts.load(name);
      } catch (const std::invalid_argument& error) {
        complain(error.what());
        status = ExitStatus::application_error;
      }
      table.add({name + (name == selected ? " *" : ""), value_or_nothing(settings, "url"),
                 value_or_nothing(settings, "realm"), value_or_nothing(settings, "authid")});
    }
    const size_t width = output_.is_terminal() ? terminal_size(STDOUT_FILENO).columns : 0;
    for (const std::string& line : table.lines(width)) output_.line(line);
    return status;
  }

  void show(const Contexts& contexts) {
    const auto selected = contexts.selected();
    if (name_.empty() && !selected) throw std::invalid_argument("no context is selected");
    Settings settings = contexts.load(name_.empty() ? *selected : name_);
    wamp::Dict shown;
    for (const Setting& setting : all_settings())
      if (const auto found = settings.find(setting.name); found != settings.end())
        shown.set(setting.name, setting.is_secret ? std::string(hidden) : found->second);
    output_.line(to_readable_json(shown));
  }

  CLI::App *add_, *ls_, *select_, *show_, *rm_;
  std::string name_;
  bool selects_ = false;
  ConnectionOptions connection_options_;
  Output output_{STDOUT_FILENO};
};

}  // namespace

std::unique_ptr<Verb> make_context(CLI::App& app) {
  return std::make_unique<ContextVerb>(app);
}

}  // namespace client::command

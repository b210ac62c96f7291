#include "client/command/completion.h"

#include <algorithm>
#include <string_view>

#include <CLI/CLI.hpp>

#include "client/command/settings/contexts.h"
#include "client/command/settings/settings.h"
#include "client/command/words/options.h"

namespace client::command {
namespace {

bool is_option_word(const std::string& word) {
  return word.size() > 1 && word.starts_with('-');
}

class Completion {
 public:
  explicit Completion(CLI::App& app) : app_(&app) {}

  void pass(const std::string& word) {
    if (values_left_ > 0) {
      --values_left_;
    } else if (are_arguments_ || !is_option_word(word)) {
      pass_argument(word);
    } else if (word == "--") {
      are_arguments_ = true;
    } else if (CLI::Option* const option = app_->get_option_no_throw(word)) {
      option_ = option;
      values_left_ = option->get_items_expected_min();
    }
  }

  std::string offers_for(const std::string& begun) {
    if (values_left_ > 0) {
      offer_values(option_, begun);
    } else if (are_arguments_ || !begun.starts_with('-')) {
      offer_arguments(begun);
    } else if (const size_t equals = begun.find('='); equals != begun.npos) {
      offer_values(app_->get_option_no_throw(begun.substr(0, equals)), begun.substr(equals + 1));
    } else {
      offer_options(begun);
    }
    return std::move(offers_);
  }

 private:
  void pass_argument(const std::string& word) {
    const auto commands = app_->get_subcommands([&](const CLI::App* one) { return one->check_name(word); });
    if (arguments_ == 0 && !are_arguments_ && !commands.empty())
      app_ = commands.front();
    else
      ++arguments_;
  }

  void offer(const std::string& word, std::string what, const std::string& begun) {
    if (!word.starts_with(begun)) return;
    std::replace_if(
        what.begin(), what.end(), [](char one) { return one == '\n' || one == '\t'; }, ' ');
    offers_ += word + '\t' + what + '\n';
  }

  void offer_options(const std::string& begun) {
    for (const CLI::Option* option : app_->get_options())
      for (const std::string& name : option->get_lnames())
        offer("--" + name, option->get_description(), begun);
  }

  void offer_arguments(const std::string& begun) {
    if (arguments_ == 0)
      for (const CLI::App* command : app_->get_subcommands([](const CLI::App*) { return true; }))
        offer(command->get_name(), command->get_description(), begun);
    int behind = arguments_;
    for (CLI::Option* option :
         app_->get_options([](const CLI::Option* one) { return one->get_positional(); })) {
      if (behind < option->get_items_expected_max()) return offer_values(option, begun);
      behind -= option->get_items_expected_max();
    }
  }

  void offer_values(CLI::Option* option, const std::string& begun) {
    if (!option) return;
    if (option->get_type_name() == "FILE") offers_ += ":files\n";
    if (option->get_type_name() == "DIR") offers_ += ":folders\n";
    for (const std::string& word : offered(*option)) {
      if (word != all_contexts) {
        offer(word, "", begun);
        continue;
      }
      for (const std::string& name : Contexts(process_environment()).names()) offer(name, "context", begun);
    }
  }

  CLI::App* app_;
  CLI::Option* option_ = nullptr;  // whose values come now
  int values_left_ = 0;
  int arguments_ = 0;           // behind the command's name
  bool are_arguments_ = false;  // behind "--"
  std::string offers_;
};

}  // namespace

std::string complete(CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty()) return "";
  Completion completion(app);
  std::for_each(words.begin(), words.end() - 1, [&](const std::string& word) { completion.pass(word); });
  return completion.offers_for(words.back());
}

}  // namespace client::command

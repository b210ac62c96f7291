#include "client/command/words/options.h"

#include <charconv>
#include <stdexcept>

#include "client/command/words/duration.h"

namespace client::command {
namespace {

constexpr int any_number = 1 << 20;
constexpr uint64_t highest_count = 1'000'000'000;
constexpr char guard = '\0';  // which no word of a command line has

}  // namespace

std::string guarded(const std::string& word) {
  return guard + word;
}

std::string unguarded(const std::string& word) {
  return word.starts_with(guard) ? word.substr(1) : word;
}

CLI::Option* add_free_arguments(CLI::App& app, const std::string& name, std::vector<std::string>& words,
                                const std::string& help) {
  const auto take = [&words](const CLI::results_t& given) {
    words = given;
    return true;
  };
  // Without "extra arguments", as CLI11 would take "[1,2]" apart; then it takes as many as it expects.
  return app.add_option(name, take, help)
      ->type_name("")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(any_number, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
}

CLI::Option* add_repeatable(CLI::App& app, const std::string& names, std::vector<std::string>& words,
                            const std::string& help) {
  const auto take = [&words](const CLI::results_t& given) {
    words.clear();
    for (const std::string& word : given) words.push_back(unguarded(word));
    return true;
  };
  return app.add_option(names, take, help)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

CLI::Option* add_word(CLI::App& app, const std::string& names, std::string& word, const std::string& help) {
  const auto take = [&word](const CLI::results_t& given) {
    word = unguarded(given.front());
    return true;
  };
  return app.add_option(names, take, help)->expected(1)->allow_extra_args(false);
}

CLI::Option* add_choice(CLI::App& app, const std::string& names, std::string& word,
                        const std::vector<std::string>& choices, const std::string& help) {
  return offer(add_word(app, names, word, help)->check(CLI::IsMember(choices).description("")),
               CLI::detail::join(choices));
}

CLI::Option* offer(CLI::Option* option, const std::string& words) {
  return option->check(CLI::Validator([](std::string&) { return std::string(); }, "", words));
}

std::vector<std::string> offered(CLI::Option& option) {
  for (int index = 0;; ++index) {
    const CLI::Validator* check = nullptr;
    try {
      check = option.get_validator(index);
    } catch (const CLI::OptionNotFound&) {
      return {};
    }
    const std::string help = check->get_description();
    if (!check->get_name().empty()) return CLI::detail::split(check->get_name(), ',');
    if (help.starts_with('{') && help.ends_with('}'))
      return CLI::detail::split(help.substr(1, help.size() - 2), ',');
  }
}

CLI::Option* add_number(CLI::App& app, const std::string& names, uint64_t& number, uint64_t least,
                        uint64_t most, const std::string& help) {
  const auto take = [=, &number](const CLI::results_t& given) {
    const std::string& word = given.front();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size() || number < least || number > most)
      throw CLI::ValidationError(names, "expected a number from " + std::to_string(least) + " to " +
                                            std::to_string(most) + ", found \"" + word + "\"");
    return true;
  };
  return app.add_option(names, take, help)->type_name("N")->expected(1)->allow_extra_args(false);
}

CLI::Option* add_count(CLI::App& app, const std::string& names, uint64_t& count, uint64_t least,
                       const std::string& help) {
  return add_number(app, names, count, least, highest_count, help);
}

CLI::Option* add_duration(CLI::App& app, const std::string& names, std::chrono::milliseconds& duration,
                          const std::string& help) {
  const auto take = [&duration, names](const CLI::results_t& given) {
    const auto read = read_duration(given.front());
    if (!read)
      throw CLI::ValidationError(names,
                                 "expected a time such as 500ms, 5s or 2m, found \"" + given.front() + "\"");
    duration = *read;
    return true;
  };
  return app.add_option(names, take, help)->type_name("TIME")->expected(1)->allow_extra_args(false);
}

void check_when_parsed(CLI::App& app, std::function<void()> check) {
  app.callback([check = std::move(check), &app] {
    try {
      check();
    } catch (const std::invalid_argument& error) {
      throw CLI::ValidationError(app.get_name(), error.what());
    }
  });
}

}  // namespace client::command

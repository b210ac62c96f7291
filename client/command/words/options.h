// The kinds of options that subcommands have. What an option is put into outlives the parsing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace client::command {

// A word that CLI11 would take for one of its own, "++", or of which nobody would know any more that it stood
// behind "--", as it goes through CLI11; and what it was.
std::string guarded(const std::string& word);
std::string unguarded(const std::string& word);

// All free arguments that are left, each exactly as it stands there, guarded if it was.
CLI::Option* add_free_arguments(CLI::App& app, const std::string& name, std::vector<std::string>& words,
                                const std::string& help);

// May be given again and again, each time with one word, which is taken as it stands there.
CLI::Option* add_repeatable(CLI::App& app, const std::string& names, std::vector<std::string>& words,
                            const std::string& help);

// One word, which is taken as it stands there.
CLI::Option* add_word(CLI::App& app, const std::string& names, std::string& word, const std::string& help);

// A word out of these.
CLI::Option* add_choice(CLI::App& app, const std::string& names, std::string& word,
                        const std::vector<std::string>& choices, const std::string& help);

// What a shell may offer as the option's value: words with commas between, or `all_contexts`. It is kept as
// the name of a check that takes everything. Other words are taken, too.
constexpr const char* all_contexts = ":contexts";
CLI::Option* offer(CLI::Option* option, const std::string& words);
// The words of `offer`, or else those of which the value must be one, if the check has them as its name or
// shows them in the help.
std::vector<std::string> offered(CLI::Option& option);

constexpr uint64_t highest_session = uint64_t{1} << 53;

// A number in decimal digits, as all numbers here: "010" is ten.
CLI::Option* add_number(CLI::App& app, const std::string& names, uint64_t& number, uint64_t least,
                        uint64_t most, const std::string& help);
CLI::Option* add_count(CLI::App& app, const std::string& names, uint64_t& count, uint64_t least,
                       const std::string& help);

CLI::Option* add_duration(CLI::App& app, const std::string& names, std::chrono::milliseconds& duration,
                          const std::string& help);

// Calls `check` when all has been parsed; a std::invalid_argument of it is a mistake on the command line.
void check_when_parsed(CLI::App& app, std::function<void()> check);

}  // namespace client::command

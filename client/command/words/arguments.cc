#include "client/command/words/arguments.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "client/command/words/options.h"
#include "serializers/json/json_writer.h"
#include "serializers/serializer.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace client::command {
namespace {

constexpr size_t longest_shown = 60;

std::string shown(std::string_view word) {
  return "\"" + text::cut(text::printable(word.substr(0, 4 * longest_shown)), longest_shown) + "\"";
}

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}

void check_utf8(std::string_view word) {
  if (!text::is_utf8(word)) refuse("the argument " + shown(word) + " is not UTF-8, as strings of WAMP are");
}

std::string how_to_keep(std::string_view word) {
  return "as a string it stays as it is: --string, or '" + text::printable(serializers::json_text(word)) +
         "'";
}

bool is_part_of_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool loses_digits(std::string_view number) {
  if (number.find_first_of(".eE") != number.npos) return false;
  int64_t as_signed = 0;
  uint64_t as_unsigned = 0;
  const char* const end = number.data() + number.size();
  return std::from_chars(number.data(), end, as_signed).ec == std::errc::result_out_of_range &&
         std::from_chars(number.data(), end, as_unsigned).ec != std::errc();
}

// Of valid JSON: WAMP's integers have 64 bits, and a longer one would become a float that is another number.
void check_numbers(std::string_view json) {
  for (size_t i = 0; i < json.size();) {
    if (json[i] == '"') {
      for (++i; json[i] != '"'; ++i) i += json[i] == '\\' ? 1 : 0;
      ++i;
    } else if (json[i] == '-' || (json[i] >= '0' && json[i] <= '9')) {
      const auto* const end = std::find_if_not(json.begin() + i, json.end(), is_part_of_number);
      const std::string_view number(json.begin() + i, end);
      if (loses_digits(number))
        refuse("the number " + shown(number) + " has more than the 64 bits of WAMP's integers; " +
               how_to_keep(number));
      i += number.size();
    } else {
      ++i;
    }
  }
}

// Whether the text would be JSON if there were not such a number in it: a word that goes on behind a number
// is text.
bool has_number_out_of_range(std::string_view text, const wamp::ProtocolError& error) {
  if (!error.message.ends_with("number out of range")) return false;
  constexpr const char* space = " \t\r\n";
  text.remove_prefix(text.find_first_not_of(space));
  text.remove_suffix(text.size() - 1 - text.find_last_not_of(space));
  double number = 0;
  return text.front() == '[' || text.front() == '{' ||
         std::from_chars(text.data(), text.data() + text.size(), number).ptr == text.data() + text.size();
}

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// A JSON object of "args" and "kwargs" alone is both, anything else is one argument.
Arguments arguments_of(wamp::Value value) {
  Arguments result;
  const auto* const dict = value.get<wamp::Dict>();
  const bool is_both =
      dict && !dict->empty() && std::all_of(dict->begin(), dict->end(), [](const wamp::DictEntry& entry) {
        return (entry.key == "args" && entry.value.get<wamp::List>()) ||
               (entry.key == "kwargs" && entry.value.get<wamp::Dict>());
      });
  if (!is_both) {
    result.args.push_back(std::move(value));
    return result;
  }
  if (const auto* const args = dict->find("args")) result.args = *args->get<wamp::List>();
  if (const auto* const kwargs = dict->find("kwargs")) result.kwargs = *kwargs->get<wamp::Dict>();
  return result;
}

Arguments read_input_arguments(std::string_view text, bool as_string) {
  wamp::Value value = read_value(without_line_end(text), as_string);
  if (auto* const list = value.get<wamp::List>()) return {std::move(*list), {}};
  return arguments_of(std::move(value));
}

void append(wamp::List&& more, wamp::List& list) {
  std::move(more.begin(), more.end(), std::back_inserter(list));
}

}  // namespace

wamp::Value read_value(std::string_view word, bool as_string) {
  check_utf8(word);
  if (as_string) return word;
  auto value = serializers::decode_json(word);
  if (!value && has_number_out_of_range(word, value.error()))
    refuse(shown(word) + " is out of the range of WAMP's floats; " + how_to_keep(word));
  if (!value) return word;
  check_numbers(word);
  return std::move(*value);
}

wamp::Value read_json(std::string_view text, std::string_view what) {
  check_utf8(text);
  auto value = serializers::decode_json(text);
  if (!value && has_number_out_of_range(text, value.error()))
    refuse(std::string(what) + ": " + shown(text) + " has a number out of the range of WAMP's floats");
  if (!value) refuse(std::string(what) + ": expected JSON, found " + shown(text));
  check_numbers(text);
  return std::move(*value);
}

wamp::List read_json_list(std::string_view text, std::string_view what) {
  wamp::Value value = read_json(text, what);
  if (!value.get<wamp::List>()) refuse(std::string(what) + ": expected a JSON list, found " + shown(text));
  return std::move(*value.get<wamp::List>());
}

wamp::Dict read_json_dict(std::string_view text, std::string_view what) {
  wamp::Value value = read_json(text, what);
  if (!value.get<wamp::Dict>()) refuse(std::string(what) + ": expected a JSON object, found " + shown(text));
  return std::move(*value.get<wamp::Dict>());
}

wamp::Dict read_entries(const std::vector<std::string>& words, std::string_view option, bool as_string,
                        wamp::Dict onto) {
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == word.npos || equals == 0)
      refuse(std::string(option) + ": expected NAME=VALUE, found " + shown(word));
    check_utf8(word);
    onto.set(word.substr(0, equals), read_value(std::string_view(word).substr(equals + 1), as_string));
  }
  return onto;
}

Arguments read_arguments(const ArgumentWords& given, const std::function<std::string()>& read_input) {
  if (std::count(given.words.begin(), given.words.end(), "-") > 1)
    refuse("standard input can be read once only: \"-\" stands there twice");
  Arguments result;
  if (!given.args.empty()) result.args = read_json_list(given.args, "--args");
  if (!given.kwargs.empty()) result.kwargs = read_json_dict(given.kwargs, "--kwargs");
  for (const std::string& word : given.words) {
    if (word != "-") {
      result.args.push_back(read_value(unguarded(word), given.as_strings));
      continue;
    }
    Arguments input = read_input_arguments(read_input(), given.as_strings);
    append(std::move(input.args), result.args);
    for (const auto& entry : input.kwargs) result.kwargs.set(entry.key, entry.value);
  }
  result.kwargs = read_entries(given.entries, "-k", given.as_strings, std::move(result.kwargs));
  return result;
}

Arguments read_answer(std::string_view text) {
  text = without_line_end(text);
  return text.empty() ? Arguments() : arguments_of(read_value(text, false));
}

}  // namespace client::command

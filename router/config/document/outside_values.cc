#include "router/config/document/outside_values.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "router/config/document/text_file.h"
#include "router/config/wording.h"
#include "text/utf8.h"

namespace router::config {
namespace {

constexpr size_t max_value_bytes = 64 * 1024;
// A shorter one is only looked for in quotation marks, as it would be found in the words of any message.
constexpr size_t min_bare_value = 4;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// How many characters at the beginning of the text are the name of a variable.
size_t length_of_name(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  const auto end =
      std::find_if(text.begin(), text.end(), [](char c) { return !is_letter(c) && (c < '0' || c > '9'); });
  return static_cast<size_t>(end - text.begin());
}

// A "$" of a text, and what belongs to it.
struct Dollar {
  std::string_view name;  // of the variable; empty: there is none, and it is a "$"
  size_t length;          // of all of it
};

// `text` begins with it. Throws std::runtime_error.
Dollar read_dollar(std::string_view text) {
  if (text.starts_with("$$")) return {{}, 2};
  const bool has_brace = text.starts_with("${");
  const size_t begin = has_brace ? 2 : 1;
  const size_t length = length_of_name(text.substr(begin));
  if (has_brace && (length == 0 || !text.substr(begin + length).starts_with('}')))
    throw std::runtime_error(
        "expected \"${NAME}\" for the value of an environment variable, or \"$$\" for one \"$\"");
  return {text.substr(begin, length), begin + length + (has_brace ? 1 : 0)};
}

bool has_variable(std::string_view text) {
  for (size_t at = text.find('$'); at != text.npos; at = text.find('$')) {
    const Dollar dollar = read_dollar(text.substr(at));
    if (!dollar.name.empty()) return true;
    text.remove_prefix(at + dollar.length);
  }
  return false;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

void check_text(std::string_view value, const std::string& origin) {
  if (value.find('\0') != std::string_view::npos || !text::is_utf8(value))
    throw std::runtime_error(origin + " is not UTF-8 text");
}

}  // namespace

std::optional<std::string> variable_name(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  const Dollar dollar = read_dollar(text);
  if (dollar.name.empty() || dollar.length != text.size()) return std::nullopt;
  return std::string(dollar.name);
}

std::string OutsideValues::expanded(std::string_view text) {
  std::string result;
  for (size_t at = text.find('$'); at != text.npos; at = text.find('$')) {
    result += text.substr(0, at);
    const Dollar dollar = read_dollar(text.substr(at));
    text.remove_prefix(at + dollar.length);
    if (dollar.name.empty()) {
      result += '$';
      continue;
    }
    const std::string name(dollar.name);
    const char* const value = std::getenv(name.c_str());
    if (!value)
      throw std::runtime_error("the environment variable " + in_quotes(name) +
                               " is not set; \"$$\" stands for one \"$\"");
    const std::string origin = "the value of $" + name;
    check_text(value, origin);
    result += variables_.insert_or_assign(name, Value{value, origin}).first->second.value;
  }
  return result.append(text);
}

const std::string& OutsideValues::string(const JsonNode& node) {
  if (node.text.find('$') == node.text.npos) return node.text;
  if (const auto known = values_.find(&node); known != values_.end()) return known->second.value;
  const std::string origin = has_variable(node.text) ? "the value of " + node.text : "";
  return values_.emplace(&node, Value{expanded(node.text), origin}).first->second.value;
}

const std::string& OutsideValues::file(const JsonNode& node, const std::string& path) {
  if (const auto known = values_.find(&node); known != values_.end()) return known->second.value;
  std::string value;
  try {
    value = read_text_file(path, max_value_bytes);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("cannot read the file " + in_quotes(path) + ": " + error.what());
  }
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  check_text(value, "the content of the file " + in_quotes(path));
  return values_.emplace(&node, Value{std::move(value), "the content of the file"}).first->second.value;
}

const std::string& OutsideValues::secret(const JsonNode& node) {
  const auto [at, added] = values_.emplace(&node, Value{string(node), ""});
  // What is said in its place must not be a part of it.
  if (!variable_name(node.text)) at->second.origin = "the secret";
  return at->second.value;
}

std::string OutsideValues::redacted(std::string text) const {
  const auto redact = [&text](const Value& value) {
    if (value.origin.empty() || value.value.empty()) return;
    replace_all(text, in_quotes(value.value), value.origin);
    if (value.value.size() >= min_bare_value) replace_all(text, value.value, value.origin);
  };
  // A whole string before its parts.
  for (const auto& [node, value] : values_) redact(value);
  for (const auto& [name, value] : variables_) redact(value);
  return text;
}

}  // namespace router::config

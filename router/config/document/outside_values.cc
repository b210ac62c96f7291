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

bool is_variable_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
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
  std::string_view name = text.substr(1);
  if (name.starts_with('{') && name.ends_with('}')) name = name.substr(1, name.size() - 2);
  if (is_variable_name(name)) return std::string(name);
  if (text.starts_with("${"))
    throw std::runtime_error(
        "expected \"${NAME}\" for the value of an environment variable, or \"$$\" for one \"$\"");
  return std::nullopt;
}

const std::string& OutsideValues::string(const JsonNode& node) {
  if (!node.text.starts_with('$')) return node.text;
  if (const auto known = values_.find(&node); known != values_.end()) return known->second.value;
  if (node.text.starts_with("$$"))
    return values_.emplace(&node, Value{node.text.substr(1), ""}).first->second.value;
  const auto name = variable_name(node.text);
  if (!name) return node.text;
  const char* value = std::getenv(name->c_str());
  if (!value) throw std::runtime_error("the environment variable " + in_quotes(*name) + " is not set");
  const std::string origin = "the value of $" + *name;
  check_text(value, origin);
  return values_.emplace(&node, Value{value, origin}).first->second.value;
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
  if (at->second.origin.empty()) at->second.origin = "the secret";
  return at->second.value;
}

std::string OutsideValues::redacted(std::string text) const {
  for (const auto& [node, value] : values_) {
    if (value.origin.empty() || value.value.empty()) continue;
    replace_all(text, in_quotes(value.value), value.origin);
    if (value.value.size() >= min_bare_value) replace_all(text, value.value, value.origin);
  }
  return text;
}

}  // namespace router::config

#include "router/http/forms/arguments.h"

#include <algorithm>
#include <array>
#include <utility>

#include "serializers/serializer.h"
#include "transport/http/http_text.h"

namespace router::http {
namespace {

constexpr size_t max_options_size = 64 * 1024;  // bytes
constexpr size_t max_options = 64;

// As Python sees it: nothing that is worth to be sent.
bool is_nothing(std::string_view json) {
  constexpr std::array<std::string_view, 7> nothings = {"", "null", "false", "0", "\"\"", "[]", "{}"};
  return std::find(nothings.begin(), nothings.end(), json) != nothings.end();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::string> take_arguments(const serializers::JsonText& object, Question& question) {
  std::string_view args = object.find("args"), kwargs = object.find("kwargs");
  if (is_nothing(args)) args = {};
  if (is_nothing(kwargs)) kwargs = {};
  if (!args.empty() && args.front() != '[') return "\"args\" is not an array";
  if (!kwargs.empty() && kwargs.front() != '{') return "\"kwargs\" is not an object";
  set_arguments(question, args, kwargs);
  const std::string_view options = object.find("options");
  if (is_nothing(options)) return std::nullopt;
  if (options.front() != '{') return "\"options\" is not an object";
  if (options.size() > max_options_size)
    return "\"options\" has more than " + std::to_string(max_options_size) + " bytes";
  auto value = serializers::decode_json(options);
  auto* const dict = value ? value->get<wamp::Dict>() : nullptr;
  if (!dict) return std::string("\"options\" cannot be read");
  if (dict->size() > max_options)
    return "\"options\" has more than " + std::to_string(max_options) + " members";
  for (const wamp::DictEntry& entry : *dict)
    if (entry.key != "receive_progress" && entry.key != "progress" && entry.key != "acknowledge")
      question.options.set(entry.key, entry.value);
  const wamp::Value* const timeout = question.options.find("timeout");
  if (const int64_t* const ms = timeout ? timeout->get<int64_t>() : nullptr; ms && *ms > 0)
    question.timeout = std::min(question.timeout, std::chrono::milliseconds(*ms));
  return std::nullopt;
}

std::optional<std::string> string_of(std::string_view json) {
  if (!json.starts_with('"')) return std::nullopt;
  const auto value = serializers::decode_json(json);
  const auto* const text = value ? value->get<std::string>() : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

ContentType content_type_of(const transport::HttpRequest& request) {
  const std::string header = transport::in_small_letters(std::string(request.header("content-type")));
  std::string_view rest = header;
  const size_t end = std::min(rest.find(';'), rest.size());
  ContentType found{std::string(trimmed(rest.substr(0, end))), "utf-8"};
  rest.remove_prefix(end);
  bool has_charset = false;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const size_t next = std::min(rest.find(';'), rest.size());
    const std::string_view parameter = trimmed(rest.substr(0, next));
    rest.remove_prefix(next);
    const size_t equals = parameter.find('=');
    if (equals == parameter.npos || trimmed(parameter.substr(0, equals)) != "charset") continue;
    std::string_view charset = trimmed(parameter.substr(equals + 1));
    if (charset.size() > 1 && charset.front() == '"' && charset.back() == '"')
      charset = charset.substr(1, charset.size() - 2);
    if (std::exchange(has_charset, true)) return {found.type, ""};
    found.charset = charset;
  }
  return found;
}

}  // namespace router::http

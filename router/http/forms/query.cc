#include "router/http/forms/query.h"

#include <algorithm>
#include <charconv>

namespace router::http {
namespace {

std::string form_decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && text.size() - i > 2 && *digits != '-' &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view parameter = text.substr(0, end);
    const size_t equals = std::min(parameter.find('='), parameter.size());
    if (!parameter.empty())
      parameters_.emplace_back(form_decoded(parameter.substr(0, equals)),
                               form_decoded(parameter.substr(std::min(equals + 1, parameter.size()))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

const std::string* Query::find(std::string_view name) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [name](const auto& parameter) { return parameter.first == name; });
  return found == parameters_.end() ? nullptr : &found->second;
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters_)
    if (key == name) values.push_back(value);
  return values;
}

}  // namespace router::http

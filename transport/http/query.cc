#include "transport/http/query.h"

#include <algorithm>

#include "text/hex.h"
#include "text/utf8.h"

namespace transport {

std::string Query::decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const bool has_digits = text.size() - i > 2;
    const int high = has_digits ? text::hex_digit(text[i + 1]) : -1;
    const int low = has_digits ? text::hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      is_well_formed_ = false;
      decoded += '%';
    } else {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!text::is_utf8(decoded) || decoded.find('\0') != decoded.npos) is_well_formed_ = false;
  return decoded;
}

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view parameter = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (parameter.empty()) continue;
    const size_t equals = parameter.find('=');
    const std::string_view value =
        equals == parameter.npos ? std::string_view() : parameter.substr(equals + 1);
    parameters_.emplace_back(decoded(parameter.substr(0, equals)), decoded(value));
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

}  // namespace transport

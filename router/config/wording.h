// The words of messages to people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace router::config {

using Words = std::vector<std::string_view>;

// "NAME:LINE:COLUMN: "
std::string located(std::string_view name, uint32_t line, uint32_t column);

// The text in quotation marks, with control characters escaped, cut after 64 bytes.
std::string in_quotes(std::string_view text);

// "\"a\", \"b\" or \"c\""
std::string alternatives(const Words& words);

// "; did you mean \"permissions\"?" if one of the words is near, else "".
std::string did_you_mean(std::string_view wrong, const Words& words);

}  // namespace router::config

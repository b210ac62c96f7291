// Text of others, fit for a terminal: nothing in it moves the cursor, changes colours or hides what stands
// there.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace text {

// Control characters, those that turn the direction of writing, and what is no UTF-8 become "\u001b" and the
// like: in JSON text, whose strings mean the same then. Line feeds and tabs stay if `keeps_lines`.
std::string printable(std::string_view text, bool keeps_lines = false);

// Columns that printable text takes on a terminal.
size_t columns(std::string_view text);

// As much of printable text as fits into so many columns; what is cut off leaves "…".
std::string cut(std::string_view text, size_t columns);

}  // namespace text

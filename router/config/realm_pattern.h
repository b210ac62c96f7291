// Realm names with '*': templates.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/config/config.h"

namespace router::config {

// True if the name is one that the pattern stands for: each '*' in place of one or more characters but '.',
// '*' and '#'.
bool matches_pattern(std::string_view pattern, std::string_view name);

// The realm of that name, else the template with the longest pattern that matches; null: none.
const Realm* find_realm(const std::vector<Realm>& realms, std::string_view name);

// What the realm of that name, which is made of the template, has: its name, and in the path of its store the
// name for "{realm}", where all but letters, digits, '-', '_' and '.' is "%" and two hexadecimal digits.
Realm made_of(const Realm& pattern, std::string_view name);

}  // namespace router::config

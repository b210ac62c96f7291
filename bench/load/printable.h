// A message for people's eyes.
#pragma once

#include <string>
#include <string_view>

namespace bench::load {

// The start of a message, fit for a terminal: of MessagePack as JSON, of JSON as it is. What cannot be read
// is left out.
std::string printable(std::string_view message);

}  // namespace bench::load

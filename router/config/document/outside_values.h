// Strings of a configuration file whose values come from elsewhere: "$NAME" or "${NAME}", anywhere in them,
// from the environment, {"file": "path"} from a file.
//
// Values are looked up when they are first asked for, so what nobody reads need not exist. What came from
// outside, and every secret, is kept out of messages by redacted().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "router/config/document/json_document.h"

namespace router::config {

class OutsideValues {
 public:
  // What the string node stands for: its text with the values of the variables in it, and one "$" for each
  // "$$". A "$" before anything else is itself. Throws std::runtime_error with the reason if a variable is
  // not set, or if
  // "${" does not begin "${NAME}".
  const std::string& string(const JsonNode& node);
  // The content of the file that the node names, without the line end at its end. Throws std::runtime_error
  // with the reason. `node` is that of the whole {"file": ...}.
  const std::string& file(const JsonNode& node, const std::string& path);
  // The same as string(), of a node that no message may tell.
  const std::string& secret(const JsonNode& node);

  // The text with a word instead of each value that it must not tell.
  std::string redacted(std::string text) const;

 private:
  struct Value {
    std::string value;
    std::string origin;  // said instead; empty: the value may be told
  };
  std::string expanded(std::string_view text);

  std::map<const JsonNode*, Value> values_;
  std::map<std::string, Value> variables_;  // by name
};

// The name, if the whole text is "$NAME" or "${NAME}".
std::optional<std::string> variable_name(std::string_view text);

}  // namespace router::config

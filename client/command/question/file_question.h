// "wampd explain --config FILE": what the client asks whoever knows configuration files, as it does not.
//
// Plain values.
#pragma once

#include <functional>
#include <string>

#include "wamp/value.h"

namespace client::command {

struct FileQuestion {
  std::string file;
  std::string authid, action, uri;
  std::string match = "exact";
  std::string realm;  // empty: the only one
  std::string role;   // empty: that of authid
};

// What a router answers that is asked, with lines for people as "text". Throws std::exception that says what
// is wrong with the file or the question.
using ExplainFile = std::function<wamp::Dict(const FileQuestion&)>;

}  // namespace client::command

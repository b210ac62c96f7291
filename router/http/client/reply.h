// What a member asks for a request, and what comes of it.
//
// Plain values. Views in a reply are valid during the call that gets it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "serializers/json_parts.h"
#include "transport/http/http.h"
#include "wamp/value.h"

namespace router::http {

// A call, a publication, or as whom the member has come in.
struct Question {
  enum class Kind : uint8_t { call, publication, role };
  Kind kind = Kind::call;
  std::string uri = {};
  wamp::Dict options = {};
  std::string payload = {};  // JSON, as in a message
  uint8_t payload_count = 0;
  std::chrono::milliseconds timeout{30000};
};

// Fills in the payload. Empty: there are none.
void set_arguments(Question& question, std::string_view args, std::string_view kwargs);
// The message itself.
std::string message_of(const Question& question, uint64_t request);

struct Reply {
  enum class Kind : uint8_t {
    result,
    progress,
    published,
    role,
    error,    // an ERROR, or as if
    refused,  // it has not come in: the reason of the ABORT, or of a GOODBYE
  };
  Kind kind = Kind::error;
  std::string_view error = {};  // URI
  serializers::JsonArguments arguments = {};
  uint64_t publication = 0;
  std::string_view role = {};
};

// An error of our own: its text becomes the argument.
class OwnError {
 public:
  OwnError(Reply::Kind kind, std::string_view uri, std::string_view text);
  Reply reply() const { return {kind_, uri_, {arguments_, {}}}; }

 private:
  const Reply::Kind kind_;
  const std::string uri_, arguments_;
};

// {"args":[...],"kwargs":{...}}, each only if there.
std::string arguments_text(const serializers::JsonArguments& arguments);

using Headers = std::vector<std::pair<std::string, std::string>>;

}  // namespace router::http

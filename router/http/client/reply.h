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
    refused,  // it has not come in, for the reason of the ABORT; or its session has ended before the answer
  };
  Kind kind = Kind::error;
  std::string_view error = {};  // URI
  serializers::JsonArguments arguments = {};
  uint64_t publication = 0;
  std::string_view role = {};
  bool was_said = false;  // to the session: what was asked for may have been done
};

// As one that comes when the router shuts down: the session, or the callee's, has ended, or takes nothing
// more.
bool is_undone(const Reply& reply);
constexpr std::string_view shuts_down = "the router shuts down";
// After which an EventSource may come back.
constexpr uint64_t shortest_retry_ms = 1000;

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

// The same with the header that says when it is good to come back.
transport::HttpResponse with_retry_after(transport::HttpResponse response, uint64_t ms);

using Headers = std::vector<std::pair<std::string, std::string>>;

}  // namespace router::http

// What a client may send while its session is established: a table. What is not in it is a protocol
// violation.
#pragma once

#include <optional>

#include "wamp/features.h"
#include "wamp/ids.h"
#include "wamp/message.h"

namespace router {

struct SessionRule {
  wamp::MessageType type;
  std::optional<wamp::Role> role;  // which the client must have announced; none: any
  bool new_request;                // its Request is the next id of the session scope
};

// Null if a client may never send that in an established session.
const SessionRule* session_rule(wamp::MessageType type);

// The Request of a message that has one as its first element, else none.
wamp::RequestId request_of(const wamp::Message& message);

}  // namespace router

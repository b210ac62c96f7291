// What a message is that is not taken: of one that is too long only the beginning is there, others are
// refused for what comes later in them.
#pragma once

#include <optional>

#include "wamp/message.h"

namespace serializers {

// The first elements of a request, or of the answer to an INVOCATION.
struct MessageStart {
  wamp::MessageType type{};
  std::optional<wamp::MessageType> request_type = {};  // of an ERROR
  wamp::RequestId request = {};
  // What the options of a PUBLISH or a CALL ask for. Nothing if that is not sure: if it does not stand in the
  // first 256 KiB of the message, before all that is not valid, and the options do not end there either.
  std::optional<bool> acknowledge = {}, progress = {};
};

}  // namespace serializers

// JSON → values.
#pragma once

#include "serializers/values/value_sink.h"
#include "wamp/message.h"

namespace serializers {

// Sends the elements of the payload to the sink. The bytes must have been validated by JsonScanner: nothing
// is checked again. Returns true, as all keys are strings.
bool read_json(wamp::Payload payload, ValueSink& sink);

}  // namespace serializers

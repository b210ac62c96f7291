// JSON → values. The door to RapidJSON, the only file that includes it.
#pragma once

#include <string>
#include <string_view>

#include "serializers/value_sink.h"
#include "wamp/message.h"

namespace serializers {

// Sends the elements of the payload to the sink. The bytes must have been validated by JsonScanner. False,
// after a part has been sent, only if RapidJSON does not agree with it that they are valid.
bool read_json(wamp::Payload payload, ValueSink& sink);

// What a JSON string, its quotes included, means. It must have been validated.
std::string unescape_json(std::string_view quoted);

}  // namespace serializers

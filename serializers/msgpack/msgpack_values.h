// MessagePack → values.
#pragma once

#include "serializers/values/value_sink.h"
#include "wamp/message.h"

namespace serializers {

// Sends the elements of the payload to the sink. The bytes must have been validated by MsgpackScanner:
// nothing is checked again.
//
// What the other formats cannot say: an extension type becomes binary data (the type is lost), one of type 0
// with a single byte 0 is JavaScript's undefined; a key that is neither a string nor binary data becomes its
// JSON text, in which a dictionary is the list of its keys and values. Returns false, with all sent
// nevertheless, if a key was not a string.
bool read_msgpack(wamp::Payload payload, ValueSink& sink);

}  // namespace serializers

// CBOR → values. The door to libcbor, the only file that includes it.
#pragma once

#include "serializers/values/value_sink.h"
#include "wamp/message.h"

namespace serializers {

// Sends the elements of the payload to the sink. The bytes must have been validated by CborScanner.
//
// What the other formats cannot say: a tag is lost, its content stays, but a bignum (tags 2 and 3) becomes an
// integer, or a float as does a negative integer if it has more than 64 bits; of keys see nested_values.h.
// Returns false, with all sent nevertheless, if a key was not a string.
bool read_cbor(wamp::Payload payload, ValueSink& sink);

}  // namespace serializers

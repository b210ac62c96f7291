// The attributes of Payload Passthru Mode (advanced profile), which go with a payload wherever it goes.
#pragma once

#include "wamp/attributes.h"
#include "wamp/value.h"

namespace router {

// The ppt_* attributes among `attributes`' dictionary; empty unless there is a ppt_scheme, which is what
// turns the mode on. Wrong types, and more than `most` bytes, are kept as the attributes' error.
wamp::Dict payload_passthru_attributes(wamp::Attributes& attributes, size_t most);

// Adds them to the details of an outgoing message.
inline void append_attributes(const wamp::Dict& attributes, wamp::Dict& details) {
  for (const wamp::DictEntry& entry : attributes) details.append(entry.key, entry.value);
}

}  // namespace router

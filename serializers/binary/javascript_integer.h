// JavaScript's encoders of binary formats (msgpackr, cbor-x, which wampy uses) write integers of more than 32
// bits as floats: an id may come as one.
#pragma once

#include <cstdint>

#include "wamp/ids.h"

namespace serializers {

inline bool is_javascript_integer(double value) {
  return value > static_cast<double>(UINT32_MAX) && value <= static_cast<double>(wamp::max_id) &&
         value == static_cast<double>(static_cast<uint64_t>(value));
}

}  // namespace serializers

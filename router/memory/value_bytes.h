// What values take of the allocator, outside of the objects themselves: see transport/memory/allocated.h.
#pragma once

#include <cstddef>

#include "transport/memory/allocated.h"
#include "wamp/value.h"

namespace router {

using transport::allocated;

size_t allocated(const wamp::Value& value);
size_t allocated(const wamp::Dict& dict);

}  // namespace router

// Messages of any serializer as JSON text, so that tests can be written and read.
#pragma once

#include <string>
#include <string_view>

#include "serializers/serializer.h"

namespace test_support {

// The message in the other serializer; throws std::runtime_error if it cannot be decoded.
std::string converted(serializers::Format from, serializers::Format to, std::string_view bytes);

}  // namespace test_support

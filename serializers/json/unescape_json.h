// The door to RapidJSON, the only file of the router's that includes it.
#pragma once

#include <string>
#include <string_view>

namespace serializers {

// What a JSON string, its quotes included, means. It must have been validated by JsonScanner.
std::string unescape_json(std::string_view quoted);

}  // namespace serializers

// Which end of a WebSocket this is: only clients mask their frames (RFC 6455, section 5.1).
#pragma once

#include <cstdint>

namespace transport {

enum class Role : uint8_t { server, client };

}  // namespace transport

// Why a connection is closed, in numbers (RFC 6455, section 7.4.1).
#pragma once

#include <cstdint>

namespace transport {

namespace close_code {
constexpr uint16_t none = 1005;  // never on the wire: a close frame without a code
constexpr uint16_t normal = 1000, going_away = 1001, protocol_error = 1002, unsupported_data = 1003,
                   invalid_payload = 1007, policy_violation = 1008, message_too_big = 1009,
                   internal_error = 1011;
}  // namespace close_code

}  // namespace transport

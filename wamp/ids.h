// IDs: integers from 1 to 2^53 (basic profile, "IDs"), one type per kind so that they cannot be mixed up.
#pragma once

#include <compare>
#include <cstdint>

namespace wamp {

constexpr uint64_t max_id = uint64_t{1} << 53;

constexpr bool is_valid_id(uint64_t value) {
  return value >= 1 && value <= max_id;
}

template <class Tag>
struct Id {
  uint64_t value = 0;  // 0: none

  constexpr Id() = default;
  constexpr explicit Id(uint64_t v) : value(v) {}
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using SessionId = Id<struct SessionTag>;
using RequestId = Id<struct RequestTag>;
using PublicationId = Id<struct PublicationTag>;
using SubscriptionId = Id<struct SubscriptionTag>;
using RegistrationId = Id<struct RegistrationTag>;

// The id that follows in the session scope: after 2^53 comes 1 again.
constexpr RequestId next_id(RequestId id) {
  return RequestId(id.value >= max_id ? 1 : id.value + 1);
}

}  // namespace wamp

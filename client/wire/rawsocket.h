// RawSocket (WAMP, advanced profile, "RawSocket Transport") as bytes, the client's side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wire {

enum class RawSocketSerializer : uint8_t { json = 1, msgpack = 2 };

enum class RawSocketType : uint8_t { message = 0, ping = 1, pong = 2 };

struct RawSocketHeader {
  static constexpr size_t kSize = 4;

  RawSocketType type{};
  size_t length = 0;  // of what follows
};

struct RawSocketAnswer {
  static constexpr size_t kSize = 4;

  std::string refusal;            // empty: accepted
  size_t max_message_length = 0;  // that the server takes
};

// What a client says first: that it takes messages as long as RawSocket has them.
std::string rawsocket_request(RawSocketSerializer serializer);

// Reads the server's answer at the start of `bytes`; nothing if it is not complete yet.
std::optional<RawSocketAnswer> read_rawsocket_answer(std::string_view bytes, RawSocketSerializer asked_for);

// Reads the header at the start of `bytes`; nothing if it is not complete yet. Throws std::runtime_error for
// a type that does not exist.
std::optional<RawSocketHeader> read_rawsocket_header(std::string_view bytes);

std::string rawsocket_frame(RawSocketType type, std::string_view payload);

}  // namespace wire

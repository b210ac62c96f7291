#include "client/wire/rawsocket.h"

#include <array>
#include <stdexcept>

namespace wire {

namespace {

constexpr char kMagic = 0x7f;
constexpr size_t kShortestLimit = size_t{1} << 9;
constexpr uint8_t kLongestLimit = 15;  // 2^(9 + 15) bytes
constexpr size_t kBit24 = size_t{1} << 24;

uint8_t octet(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}

std::string reason(uint8_t error) {
  static constexpr std::array<const char*, 5> kReasons = {
      "illegal answer", "serializer unsupported", "maximum message length unacceptable",
      "use of reserved bits", "maximum connection count reached"};
  if (error < kReasons.size()) return kReasons[error];
  return "error " + std::to_string(error);
}

}  // namespace

std::string rawsocket_request(RawSocketSerializer serializer) {
  return {kMagic, static_cast<char>(kLongestLimit << 4 | static_cast<uint8_t>(serializer)), 0, 0};
}

std::optional<RawSocketAnswer> read_rawsocket_answer(std::string_view bytes, RawSocketSerializer asked_for) {
  if (!bytes.empty() && bytes[0] != kMagic)
    return RawSocketAnswer{.refusal = "the server does not speak RawSocket"};
  if (bytes.size() < RawSocketAnswer::kSize) return std::nullopt;
  const uint8_t high = octet(bytes, 1) >> 4, low = octet(bytes, 1) & 0x0f;
  if (low == static_cast<uint8_t>(asked_for))
    return RawSocketAnswer{.refusal = {}, .max_message_length = kShortestLimit << high};
  return RawSocketAnswer{.refusal = "the server refused RawSocket: " +
                                    (low == 0 ? reason(high) : "it chose another serializer")};
}

std::optional<RawSocketHeader> read_rawsocket_header(std::string_view bytes) {
  if (bytes.size() < RawSocketHeader::kSize) return std::nullopt;
  const uint8_t first = octet(bytes, 0);
  if ((first & 0xf7) > static_cast<uint8_t>(RawSocketType::pong))
    throw std::runtime_error("a RawSocket frame of a type that does not exist");
  const size_t low = size_t{octet(bytes, 1)} << 16 | size_t{octet(bytes, 2)} << 8 | octet(bytes, 3);
  return RawSocketHeader{static_cast<RawSocketType>(first & 7), low + ((first & 8) != 0 ? kBit24 : 0)};
}

std::string rawsocket_frame(RawSocketType type, std::string_view payload) {
  const size_t length = payload.size();
  if (length > kBit24)
    throw std::runtime_error("a message of " + std::to_string(length) +
                             " bytes, but RawSocket has none of more than 16777216");
  const int first = static_cast<uint8_t>(type) | (length == kBit24 ? 8 : 0);
  std::string frame = {static_cast<char>(first), static_cast<char>(length >> 16),
                       static_cast<char>(length >> 8), static_cast<char>(length)};
  return frame.append(payload);
}

}  // namespace wire

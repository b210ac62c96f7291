#include "text/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace text {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t not_base64 = 0xFF;

constexpr std::array<uint8_t, 256> make_digits() {
  std::array<uint8_t, 256> digits{};
  digits.fill(not_base64);
  for (size_t i = 0; i < alphabet.size(); ++i)
    digits[static_cast<unsigned char>(alphabet[i])] = static_cast<uint8_t>(i);
  return digits;
}

constexpr std::array<uint8_t, 256> digits = make_digits();

constexpr size_t padding_length(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

uint32_t octet(std::string_view bytes, size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
}

}  // namespace

void append_base64(std::string_view bytes, std::string& out) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t group = octet(bytes, i) << 16 | octet(bytes, i + 1) << 8 | octet(bytes, i + 2);
    const size_t left = bytes.size() - i;
    out.push_back(alphabet[group >> 18]);
    out.push_back(alphabet[group >> 12 & 63]);
    out.push_back(left > 1 ? alphabet[group >> 6 & 63] : '=');
    out.push_back(left > 2 ? alphabet[group & 63] : '=');
  }
}

std::string to_base64(std::string_view bytes) {
  std::string base64;
  append_base64(bytes, base64);
  return base64;
}

std::string to_base64url(std::string_view bytes) {
  std::string base64 = to_base64(bytes);
  base64.resize(std::min(base64.find('='), base64.size()));
  std::replace(base64.begin(), base64.end(), '+', '-');
  std::replace(base64.begin(), base64.end(), '/', '_');
  return base64;
}

std::optional<std::string> decode_base64(std::string_view base64) {
  if (base64.size() % 4 != 0) return std::nullopt;
  const size_t padding = padding_length(base64);
  const std::string_view body = base64.substr(0, base64.size() - padding);
  std::string bytes;
  bytes.reserve(base64.size() / 4 * 3);
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : body) {
    const uint8_t digit = digits[static_cast<unsigned char>(c)];
    if (digit == not_base64) return std::nullopt;
    bits = bits << 6 | digit;
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<char>(bits >> bit_count & 0xFF));
    }
  }
  return bytes;
}

std::optional<std::string> from_base64(std::string_view base64) {
  auto bytes = decode_base64(base64);
  return bytes && to_base64(*bytes) == base64 ? bytes : std::nullopt;
}

std::optional<std::string> from_base64url(std::string_view base64url) {
  std::string base64(base64url);
  std::replace(base64.begin(), base64.end(), '-', '+');
  std::replace(base64.begin(), base64.end(), '_', '/');
  base64.resize((base64.size() + 3) / 4 * 4, '=');
  auto bytes = from_base64(base64);
  return bytes && to_base64url(*bytes) == base64url ? bytes : std::nullopt;
}

}  // namespace text

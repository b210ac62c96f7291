#include "client/wire/frame.h"

#include <bit>
#include <cstring>
#include <stdexcept>

namespace wire {

namespace {

constexpr size_t kMaxPayload = size_t{64} << 20;

size_t read_big_endian(const char* bytes, size_t size) {
  size_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

void write_big_endian(char* bytes, size_t size, size_t value) {
  for (size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
}

size_t extended_length_size(size_t seven_bits) {
  if (seven_bits == 126) return 2;
  return seven_bits == 127 ? 8 : 0;
}

// Copies whole words from index `at` on; returns the index of the rest.
template <typename Word>
size_t copy_words(char* to, const char* from, size_t at, size_t size, Word mask) {
  for (; at + sizeof mask <= size; at += sizeof mask) {
    Word word;
    std::memcpy(&word, from + at, sizeof word);
    word ^= mask;
    std::memcpy(to + at, &word, sizeof word);
  }
  return at;
}

}  // namespace

std::optional<FrameHeader> read_frame_header(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto first = static_cast<uint8_t>(bytes[0]);
  const auto second = static_cast<uint8_t>(bytes[1]);
  if ((first & 0xf0) != 0x80) throw std::runtime_error("a frame with FIN unset or reserved bits set");
  FrameHeader header{.opcode = static_cast<Opcode>(first & 0x0f), .masked = (second & 0x80) != 0};
  header.length = second & 0x7f;
  const size_t extended = extended_length_size(header.length);
  header.size = 2 + extended + (header.masked ? 4 : 0);
  if (bytes.size() < header.size) return std::nullopt;
  if (extended != 0) header.length = read_big_endian(bytes.data() + 2, extended);
  if (header.length > kMaxPayload) throw std::runtime_error("a frame of more than 64 MiB");
  if (header.masked) std::memcpy(header.key.data(), bytes.data() + 2 + extended, 4);
  return header;
}

size_t write_frame_header(char* out, Opcode opcode, size_t length) {
  out[0] = static_cast<char>(0x80 | static_cast<uint8_t>(opcode));
  if (length < 126) {
    out[1] = static_cast<char>(length);
    return 2;
  }
  const size_t extended = length < 65536 ? 2 : 8;
  out[1] = extended == 2 ? 126 : 127;
  write_big_endian(out + 2, extended, length);
  return 2 + extended;
}

void copy_unmasked(char* to, const char* from, size_t size, MaskKey key) {
  // Written with blocks because no compiler vectorises a loop over ranges that may overlap.
  using Block = uint64_t __attribute__((vector_size(16)));
  const auto word = std::bit_cast<uint32_t>(key);
  const uint64_t twice = uint64_t{word} << 32 | word;
  size_t done = copy_words(to, from, 0, size, Block{twice, twice});
  done = copy_words(to, from, done, size, word);
  for (; done < size; ++done) to[done] = static_cast<char>(from[done] ^ key[done % 4]);
}

std::string masked_frame(Opcode opcode, std::string_view payload) {
  std::string frame(14 + payload.size(), '\0');
  size_t at = write_frame_header(frame.data(), opcode, payload.size());
  frame[1] = static_cast<char>(static_cast<uint8_t>(frame[1]) | 0x80);
  std::memcpy(frame.data() + at, kMaskKey.data(), 4);
  at += 4;
  copy_unmasked(frame.data() + at, payload.data(), payload.size(), kMaskKey);
  frame.resize(at + payload.size());
  return frame;
}

}  // namespace wire

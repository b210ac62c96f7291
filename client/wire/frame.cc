#include "client/wire/frame.h"

#include <bit>
#include <cstring>

namespace wire {

namespace {

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

#include "tests/support/deflate.h"

#include <stdexcept>

#include <zlib.h>

namespace test_support {
namespace {

const std::string flush_end("\0\0\xFF\xFF", 4);

// Calls `work` until it has no more to say.
template <class Work>
std::string all_of(z_stream& stream, std::string_view input, Work work) {
  // In small pieces: zlib finds all that it has put into the same piece, as far back as that may be.
  constexpr size_t piece = 64;
  std::string output;
  size_t size = 0;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  do {
    output.resize(size + piece);
    stream.next_out = reinterpret_cast<Bytef*>(output.data() + size);
    stream.avail_out = static_cast<uInt>(output.size() - size);
    const int result = work(&stream, Z_SYNC_FLUSH);
    size = output.size() - stream.avail_out;
    if (result != Z_OK && result != Z_BUF_ERROR) throw std::runtime_error("no deflate stream");
  } while (stream.avail_out == 0);
  output.resize(size);
  return output;
}

}  // namespace

std::string deflated(std::string_view message, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string bytes = all_of(stream, message, deflate);
  deflateEnd(&stream);
  bytes.resize(bytes.size() - flush_end.size());
  return bytes;
}

std::string inflated(std::string_view message, int window_bits) {
  z_stream stream{};
  inflateInit2(&stream, -window_bits);
  try {
    std::string text = all_of(stream, std::string(message) + flush_end, inflate);
    inflateEnd(&stream);
    return text;
  } catch (...) {
    inflateEnd(&stream);
    throw;
  }
}

}  // namespace test_support

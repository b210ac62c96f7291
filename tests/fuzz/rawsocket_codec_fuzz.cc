// The RawSocket codec gives the same events however the bytes are cut, and keeps no more than it announced.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "transport/rawsocket/rawsocket_codec.h"

namespace {

using transport::CodecEvent;
using transport::RawSocketCodec;

constexpr size_t max_frame_size = 512;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::string> read(const std::string& stream, size_t piece_size) {
  RawSocketCodec codec(max_frame_size);
  std::vector<std::string> events;
  for (size_t at = 0; at < stream.size(); at += piece_size) {
    std::string piece = stream.substr(at, piece_size);
    for (std::span<char> left(piece);;) {
      const CodecEvent event = codec.next(left);
      require(codec.kept_bytes() <= max_frame_size + transport::rawsocket_header_size);
      if (event.kind == CodecEvent::Kind::need_more) break;
      require(event.payload.size() <= max_frame_size);
      events.push_back(std::to_string(static_cast<int>(event.kind)) + " " + std::to_string(event.code) + " " +
                       std::string(event.payload.begin(), event.payload.end()));
      if (event.kind == CodecEvent::Kind::error) return events;
    }
  }
  return events;
}

}  // namespace

// Input: the stream, whose first byte is the size of the pieces as well. The shortest input must reach the
// codec, or libFuzzer, which begins with one byte, finds nothing to go on with.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::string stream(reinterpret_cast<const char*>(bytes), size);
  const auto whole = read(stream, stream.size());
  require(read(stream, 1u + bytes[0]) == whole);
  require(read(stream, 1) == whole);
  return 0;
}

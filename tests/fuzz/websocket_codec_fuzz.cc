// The WebSocket codec gives the same events however the bytes are cut, and only valid UTF-8 as text; no
// compressed message becomes longer than it may.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "text/utf8.h"
#include "transport/websocket/websocket_codec.h"

namespace {

using transport::Framing;
using transport::Role;
using transport::WebSocketCodec;

constexpr size_t max_message_size = 4096;

void require(bool condition) {
  if (!condition) std::abort();
}

// One line for each event, with its payload; `pieces` are the sizes that the stream is cut into, over and
// over.
std::vector<std::string> read(Framing framing, Role role, const std::string& stream,
                              std::span<const uint8_t> pieces) {
  WebSocketCodec codec(framing, max_message_size, role);
  std::vector<std::string> events;
  for (size_t at = 0, i = 0; at < stream.size(); ++i) {
    const size_t size = pieces.empty() ? stream.size() : 1 + pieces[i % pieces.size()];
    std::string piece = stream.substr(at, size);
    at += piece.size();
    for (std::span<char> left(piece);;) {
      const auto event = codec.next(left);
      require(codec.kept_bytes() <= 2 * max_message_size + 14);
      if (event.kind == WebSocketCodec::Kind::need_more) break;
      if (event.kind == WebSocketCodec::Kind::pause) continue;
      const std::string payload(event.payload.begin(), event.payload.end());
      require(payload.size() <= max_message_size);
      const bool text = event.kind == WebSocketCodec::Kind::message && framing.text;
      require(!text || text::is_utf8(payload));
      events.push_back(std::to_string(static_cast<int>(event.kind)) + " " + std::to_string(event.code) + " " +
                       payload);
      if (event.kind == WebSocketCodec::Kind::close || event.kind == WebSocketCodec::Kind::error)
        return events;
    }
  }
  return events;
}

}  // namespace

// Input: a byte that chooses the framing, counts the pieces' sizes and says whether messages may be
// compressed, and which end reads; those sizes; the stream.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const auto compression = bytes[0] & 0x10 ? transport::Compression(15, 8) : transport::Compression();
  const Role role = bytes[0] & 0x20 ? Role::client : Role::server;
  const Framing framing =
      (bytes[0] & 1 ? Framing::websocket_binary : Framing::websocket_text).compressed(compression);
  const size_t count = std::min<size_t>(bytes[0] >> 1 & 7, size - 1);
  const std::span<const uint8_t> pieces(bytes + 1, count);
  const std::string stream(reinterpret_cast<const char*>(bytes) + 1 + count, size - 1 - count);

  const auto whole = read(framing, role, stream, {});
  require(read(framing, role, stream, pieces) == whole);
  const uint8_t one_byte[] = {0};
  require(read(framing, role, stream, one_byte) == whole);
  return 0;
}

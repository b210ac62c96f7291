// The one door to websocketpp: its RFC 6455 processor (hybi13), close codes and HTTP parser, without its
// sockets.
//
// Used for what is rare: opening handshakes, control frames, fragmented messages, broken frames. Nothing is
// thrown out of here; what a peer did wrong comes back as a value. Each object belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "transport/framing/opcode.h"
#include "transport/framing/role.h"

namespace transport {

// Why the frames of a peer cannot be read further, and the close code that tells it so. Code 0: nothing is
// wrong.
struct FrameError {
  uint16_t code = 0;
  std::string text;
  explicit operator bool() const { return code != 0; }
};

// Puts the frames of one connection together to messages and control frames.
class MessageAssembler {
 public:
  MessageAssembler(size_t max_message_size, Role role);
  ~MessageAssembler();

  // Takes bytes of one frame, which end where it ends or earlier, and overwrites them. Precondition:
  // !ready(), and the frame's payload size plus message_size() is no larger than the maximum.
  FrameError consume(std::span<char> bytes);

  // A whole message or control frame is there: take it before the next consume().
  bool ready() const;
  Opcode opcode() const;
  std::string take_message();

  // Bytes of the fragmented message that is being put together.
  size_t message_size() const;
  // Bytes of memory that all of this takes.
  size_t held() const;
  // The first of them.
  std::string beginning(size_t max_size) const;
  // No message is in progress.
  bool idle() const;

 private:
  class Processor;
  std::unique_ptr<Processor> processor_;
};

// What a close frame says. An empty payload has the code 1005 (RFC 6455, section 7.1.5).
struct ClosePayload {
  uint16_t code;
  std::string reason;
};
std::variant<ClosePayload, FrameError> read_close_payload(const std::string& payload);

// A request's head as it stands, up to and including the empty line; or what is wrong with it.
struct RawHead {
  std::string method, target, version;
  std::vector<std::pair<std::string, std::string>>
      headers;  // names in lower case, repeated ones joined by ", "
};
std::variant<RawHead, std::string> parse_head(std::string_view head);

// The same of a response.
struct RawResponse {
  int status = 0;
  std::string phrase;
  std::vector<std::pair<std::string, std::string>> headers;
};
std::variant<RawResponse, std::string> parse_response_head(std::string_view head);

// The tokens of a comma-separated header, or nothing if it is malformed or has none. Empty elements count for
// nothing (RFC 9110, section 5.6.1.2): Autobahn|Java ends its list of subprotocols with a comma.
std::optional<std::vector<std::string>> parse_token_list(const std::string& value);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_key(const std::string& key);

// "Not Found" for 404.
std::string http_reason_phrase(int status);

}  // namespace transport

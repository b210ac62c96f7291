// A blocking client on a raw TCP socket, for tests: it says exactly the bytes it is told to, right or wrong.
//
// One thread each. Whatever does not come within ten seconds, or comes otherwise than it must, throws
// std::runtime_error, which fails the test.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/tls_client.h"

struct sockaddr;

namespace test_support {

namespace opcode {
constexpr int continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10;
}

struct Frame {
  int opcode = 0;
  bool fin = true;
  std::string payload;      // as it came
  bool compressed = false;  // it is

  // Of a close frame; 1005 if it has none.
  uint16_t close_code() const;
  std::string close_reason() const;
};

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The first header of that (lower-case) name, or "".
  std::string header(std::string_view name) const;
};

// The parts of a frame that a test may want to be wrong.
struct FrameOptions {
  bool fin = true;
  bool masked = true;
  int reserved_bits = 0;  // RSV1 = 4, RSV2 = 2, RSV3 = 1
  std::array<char, 4> mask = {0x12, 0x34, 0x56, 0x78};
  int length_size = 0;  // bytes of the extended length: 2 or 8 forces that form
};
std::string frame_bytes(int opcode, std::string_view payload, const FrameOptions& options = {});

// The payload of a close frame.
std::string close_payload(uint16_t code, std::string_view reason = {});

// A well-formed opening handshake; `subprotocols` as in the header, "" for none.
std::string handshake_bytes(std::string_view path, std::string_view subprotocols,
                            std::string_view further_headers = {});

// A POST; `further_headers` each with its line end.
std::string http_post_bytes(std::string_view path, std::string_view body,
                            std::string_view further_headers = {});
// The reply to it, over a connection of its own to a port of loopback.
HttpReply http_post(uint16_t port, std::string_view path, std::string_view body,
                    std::string_view further_headers = {});

class RawClient {
 public:
  explicit RawClient(uint16_t port, const std::string& address = "127.0.0.1");
  static RawClient over_unix(const std::string& path);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(received_, other.received_);
    std::swap(tls_, other.tls_);
    std::swap(may_come_compressed_, other.may_come_compressed_);
    return *this;
  }

  // From now on all is said and read over TLS, of which the handshake is done here.
  void secure(const TlsClientOptions& options = {});
  TlsClient& tls() { return *tls_; }
  // The server has sent close_notify before it ended.
  bool was_told_the_end() const { return told_end_; }

  void send(std::string_view bytes);
  // Past TLS, if there is any.
  void send_raw(std::string_view bytes);
  void send_frame(int opcode, std::string_view payload, const FrameOptions& options = {});
  void send_text(std::string_view payload) { send_frame(opcode::text, payload); }
  void send_binary(std::string_view payload) { send_frame(opcode::binary, payload); }
  void send_close(uint16_t code, std::string_view reason = {});

  // Sends an opening handshake and reads the answer, of whatever status. From then on messages may come
  // compressed if it says so.
  HttpReply handshake(std::string_view path = "/", std::string_view subprotocols = {},
                      std::string_view further_headers = {});

  std::string read(size_t size);
  Frame read_frame();
  // A data frame's payload, inflated, with pings left out.
  std::string read_message();
  // `head_only`: the answer to a HEAD, whose length is that of a body that does not come.
  HttpReply read_http_reply(bool head_only = false);
  // All that still comes until the server ends the connection.
  std::string read_to_end();
  // Waits for the server to end the connection; false if it sent something instead.
  bool ended() { return read_to_end().empty(); }

  // The server has reset the connection; asks, and waits for nothing.
  bool is_reset() const;

  // The kernel keeps so many bytes for it that are not read, and not as many as this machine lets it.
  void limit_receive_buffer(int bytes);

  void shut_down_sending();
  // Ends with a reset, as a process that dies with unread input does.
  void reset();

 private:
  RawClient() = default;
  void connect(int family, const sockaddr* address, unsigned size);
  long receive(char* into, size_t size);
  void fill();  // reads at least one byte more into received_, or throws

  int descriptor_ = -1;
  std::string received_;  // read and not yet asked for
  std::unique_ptr<TlsClient> tls_;
  bool told_end_ = false;
  bool may_come_compressed_ = false;
};

}  // namespace test_support

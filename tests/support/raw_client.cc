#include "tests/support/raw_client.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/deflate.h"

namespace test_support {
namespace {

constexpr int timeout_s = 10;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("raw client: " + what);
}

std::string big_endian(uint64_t value, size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
  return bytes;
}

uint64_t from_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

std::string length_bytes(size_t size, int length_size, uint8_t mask_bit) {
  if (length_size == 0) length_size = size < 126 ? 1 : size <= 0xFFFF ? 2 : 8;
  const uint64_t code = length_size == 1 ? size : length_size == 2 ? 126 : 127;
  const std::string first = big_endian(code | mask_bit, 1);
  return length_size == 1 ? first : first + big_endian(size, static_cast<size_t>(length_size));
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

HttpReply parse_head(std::string_view head) {
  HttpReply reply;
  const size_t first_end = std::min(head.find("\r\n"), head.size());
  if (!head.starts_with("HTTP/1.1 ")) fail("not an HTTP reply: " + std::string(head));
  reply.status = std::stoi(std::string(head.substr(9, 3)));
  for (size_t at = first_end + 2; at < head.size();) {
    const size_t end = std::min(head.find("\r\n", at), head.size());
    const std::string_view line = head.substr(at, end - at);
    const size_t colon = line.find(": ");
    if (colon == line.npos) fail("not a header line: " + std::string(line));
    reply.headers.emplace_back(lower_case(std::string(line.substr(0, colon))), line.substr(colon + 2));
    at = end + 2;
  }
  return reply;
}

}  // namespace

uint16_t Frame::close_code() const {
  return payload.size() < 2 ? 1005 : static_cast<uint16_t>(from_big_endian(payload.substr(0, 2)));
}

std::string Frame::close_reason() const {
  return payload.size() < 2 ? "" : payload.substr(2);
}

std::string HttpReply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string frame_bytes(int opcode, std::string_view payload, const FrameOptions& options) {
  const int first = (options.fin ? 0x80 : 0) | options.reserved_bits << 4 | opcode;
  std::string bytes(1, static_cast<char>(first));
  bytes += length_bytes(payload.size(), options.length_size, options.masked ? 0x80 : 0);
  if (!options.masked) return bytes.append(payload);
  bytes.append(options.mask.data(), options.mask.size());
  bytes.append(payload);
  // By plain pointers: some tests send hundreds of megabytes, and are built without optimisation.
  char* const masked = bytes.data() + bytes.size() - payload.size();
  const char* const mask = options.mask.data();
  for (size_t i = 0, end = payload.size(); i < end; ++i)
    masked[i] = static_cast<char>(masked[i] ^ mask[i % 4]);
  return bytes;
}

std::string close_payload(uint16_t code, std::string_view reason) {
  return big_endian(code, 2).append(reason);
}

std::string handshake_bytes(std::string_view path, std::string_view subprotocols,
                            std::string_view further_headers) {
  std::string bytes = "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n";
  bytes +=
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  if (!subprotocols.empty()) bytes += "Sec-WebSocket-Protocol: " + std::string(subprotocols) + "\r\n";
  return bytes.append(further_headers).append("\r\n");
}

std::string http_post_bytes(std::string_view path, std::string_view body, std::string_view further_headers) {
  std::string bytes = "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
  bytes.append(std::to_string(body.size())).append("\r\n").append(further_headers);
  return bytes.append("\r\n").append(body);
}

HttpReply http_post(uint16_t port, std::string_view path, std::string_view body,
                    std::string_view further_headers) {
  RawClient client(port);
  client.send(http_post_bytes(path, body, further_headers));
  return client.read_http_reply();
}

RawClient::RawClient(uint16_t port, const std::string& address) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    fail("no address: " + address);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> freed(found, ::freeaddrinfo);
  connect(found->ai_family, found->ai_addr, found->ai_addrlen);
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawClient RawClient::over_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  RawClient client;
  client.connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return client;
}

void RawClient::connect(int family, const sockaddr* address, unsigned size) {
  descriptor_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor_, address, size) != 0) {
    const int error = errno;
    ::close(std::exchange(descriptor_, -1));
    fail("cannot connect: " + std::string(std::strerror(error)));
  }
  const timeval timeout{timeout_s, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      received_(std::move(other.received_)),
      tls_(std::move(other.tls_)),
      may_come_compressed_(other.may_come_compressed_) {}

RawClient::~RawClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RawClient::secure(const TlsClientOptions& options) {
  tls_ = std::make_unique<TlsClient>(descriptor_, options);
}

void RawClient::send(std::string_view bytes) {
  if (tls_) return tls_->send(bytes);
  send_raw(bytes);
}

void RawClient::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("cannot send: " + std::string(std::strerror(errno)));
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

void RawClient::send_frame(int opcode, std::string_view payload, const FrameOptions& options) {
  send(frame_bytes(opcode, payload, options));
}

void RawClient::send_close(uint16_t code, std::string_view reason) {
  send_frame(opcode::close, close_payload(code, reason));
}

HttpReply RawClient::handshake(std::string_view path, std::string_view subprotocols,
                               std::string_view further_headers) {
  send(handshake_bytes(path, subprotocols, further_headers));
  HttpReply reply = read_http_reply();
  may_come_compressed_ = !reply.header("sec-websocket-extensions").empty();
  return reply;
}

long RawClient::receive(char* into, size_t size) {
  if (!tls_) return ::recv(descriptor_, into, size, 0);
  const long got = tls_->receive(into, size);
  if (got == 0) told_end_ = true;
  return std::max(got, 0L);
}

void RawClient::fill() {
  std::array<char, 65536> bytes;
  const ssize_t size = receive(bytes.data(), bytes.size());
  if (size == 0) fail("the server ended the connection");
  if (size < 0) fail("cannot receive: " + std::string(std::strerror(errno)));
  received_.append(bytes.data(), static_cast<size_t>(size));
}

std::string RawClient::read(size_t size) {
  while (received_.size() < size) fill();
  std::string bytes = received_.substr(0, size);
  received_.erase(0, size);
  return bytes;
}

Frame RawClient::read_frame() {
  const std::string start = read(2);
  const auto first = static_cast<uint8_t>(start[0]);
  const auto second = static_cast<uint8_t>(start[1]);
  if (second & 0x80) fail("a frame from the server is masked");
  const bool compressed = may_come_compressed_ && (first & 0x40);
  if (first & (compressed ? 0x30 : 0x70)) fail("a frame from the server has reserved bits set");
  uint64_t size = second;
  if (second == 126) size = from_big_endian(read(2));
  if (second == 127) size = from_big_endian(read(8));
  return {first & 0x0F, (first & 0x80) != 0, read(static_cast<size_t>(size)), compressed};
}

std::string RawClient::read_message() {
  Frame frame = read_frame();
  while (frame.opcode == opcode::ping) frame = read_frame();
  if (frame.opcode != opcode::text && frame.opcode != opcode::binary) {
    fail("a message was expected, but this frame came: opcode " + std::to_string(frame.opcode) + ", " +
         frame.payload);
  }
  return frame.compressed ? inflated(frame.payload) : frame.payload;
}

HttpReply RawClient::read_http_reply(bool head_only) {
  while (received_.find("\r\n\r\n") == received_.npos) fill();
  const std::string head = read(received_.find("\r\n\r\n") + 4);
  HttpReply reply = parse_head(std::string_view(head).substr(0, head.size() - 4));
  const std::string length = reply.header("content-length");
  if (!head_only && !length.empty()) reply.body = read(std::stoul(length));
  return reply;
}

std::string RawClient::read_to_end() {
  std::array<char, 65536> bytes;
  for (;;) {
    const ssize_t size = receive(bytes.data(), bytes.size());
    if (size == 0 || (size < 0 && errno == ECONNRESET)) return std::exchange(received_, {});
    if (size < 0) fail("the server does not end the connection: " + std::string(std::strerror(errno)));
    received_.append(bytes.data(), static_cast<size_t>(size));
  }
}

bool RawClient::is_reset() const {
  pollfd state{descriptor_, 0, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLERR) != 0;
}

void RawClient::limit_receive_buffer(int bytes) {
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void RawClient::shut_down_sending() {
  ::shutdown(descriptor_, SHUT_WR);
}

void RawClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace test_support

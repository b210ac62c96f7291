#include "client/wire/upgrade.h"

#include <array>
#include <cctype>
#include <stdexcept>

#include <openssl/evp.h>

namespace wire {

namespace {

// RFC 6455's own sample: any key will do, and with a constant one the answer is known as well.
constexpr std::string_view kClientKey = "dGhlIHNhbXBsZSBub25jZQ==";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(a[i])) != std::tolower(static_cast<unsigned char>(b[i])))
      return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view field(std::string_view header, std::string_view name) {
  for (size_t at = header.find("\r\n"); at != std::string_view::npos; at = header.find("\r\n", at)) {
    at += 2;
    const std::string_view line = header.substr(at, header.find("\r\n", at) - at);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name)) {
      return trimmed(line.substr(colon + 1));
    }
  }
  return {};
}

std::string accept_value(std::string_view key) {
  const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest;
  std::array<char, 29> base64;
  if (EVP_Digest(salted.data(), salted.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("this OpenSSL has no SHA-1, which the WebSocket handshake asks for");
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), digest.data(),
                  static_cast<int>(digest.size()));
  return base64.data();
}

}  // namespace

size_t header_end(std::string_view bytes) {
  const size_t at = bytes.find("\r\n\r\n");
  if (at != std::string_view::npos) return at + 4;
  if (bytes.size() > 8192) throw std::runtime_error("an HTTP header of more than 8 KiB");
  return 0;
}

std::string client_request(std::string_view host, std::string_view path, std::string_view subprotocol) {
  std::string request = "GET ";
  request.append(path).append(" HTTP/1.1\r\nHost: ").append(host);
  request.append(
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  request.append(kClientKey).append("\r\nSec-WebSocket-Protocol: ").append(subprotocol).append("\r\n\r\n");
  return request;
}

std::optional<std::string> refusal(std::string_view response, std::string_view subprotocol) {
  const std::string_view status = response.substr(0, response.find("\r\n"));
  if (!status.starts_with("HTTP/1.1 101")) return "the server refused the WebSocket: " + std::string(status);
  if (field(response, "Sec-WebSocket-Accept") != accept_value(kClientKey))
    return "wrong Sec-WebSocket-Accept";
  if (field(response, "Sec-WebSocket-Protocol") != subprotocol) {
    return "the server chose subprotocol \"" + std::string(field(response, "Sec-WebSocket-Protocol")) +
           "\" instead of \"" + std::string(subprotocol) + "\"";
  }
  return std::nullopt;
}

UpgradeRequest parse_request(std::string_view header) {
  UpgradeRequest request;
  const size_t path_end = header.find(' ', 4);
  if (!header.starts_with("GET ") || path_end == std::string_view::npos)
    throw std::runtime_error("not a GET request");
  request.path = header.substr(4, path_end - 4);
  request.key = field(header, "Sec-WebSocket-Key");
  if (request.key.empty()) throw std::runtime_error("a request without Sec-WebSocket-Key");
  const std::string_view offered = field(header, "Sec-WebSocket-Protocol");
  request.subprotocol = trimmed(offered.substr(0, offered.find(',')));
  return request;
}

std::string server_response(const UpgradeRequest& request) {
  std::string response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  response.append("Sec-WebSocket-Accept: ").append(accept_value(request.key)).append("\r\n");
  if (!request.subprotocol.empty()) {
    response.append("Sec-WebSocket-Protocol: ").append(request.subprotocol).append("\r\n");
  }
  return response.append("\r\n");
}

}  // namespace wire

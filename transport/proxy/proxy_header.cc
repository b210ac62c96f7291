#include "transport/proxy/proxy_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "transport/socket/address.h"

namespace transport {
namespace {

using Answer = std::variant<ProxyHeader, ProxyHeaderNeedsMore, ProxyHeaderError>;

constexpr std::string_view signature_1 = "PROXY ";
constexpr size_t max_line = 107;
constexpr std::string_view signature_2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr size_t fixed_size = 16;

ProxyHeaderError error(std::string reason) {
  return {"not a PROXY protocol header: " + std::move(reason)};
}

unsigned octet(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}
unsigned two_octets(std::string_view bytes, size_t at) {
  return octet(bytes, at) << 8 | octet(bytes, at + 1);
}

// Addresses and ports of both ends; the client's is the first.
Answer of_family(std::string_view addresses, size_t header_size, int family, size_t address_size) {
  if (addresses.size() < 2 * address_size + 4) return error("it is too short for its addresses");
  const auto port = static_cast<uint16_t>(two_octets(addresses, 2 * address_size));
  auto client = normalized_peer(address_text(family, addresses.data(), port));
  return ProxyHeader{header_size, std::move(*client)};
}

Answer read_version_2(std::string_view bytes) {
  if (bytes.size() < fixed_size) return ProxyHeaderNeedsMore();
  if (octet(bytes, 12) >> 4 != 2) return error("its version is not 2");
  const unsigned command = octet(bytes, 12) & 15;
  if (command > 1) return error("its command is neither LOCAL nor PROXY");
  const size_t size = fixed_size + two_octets(bytes, 14);
  if (size > max_proxy_header)
    return error("it is longer than " + std::to_string(max_proxy_header) + " bytes");
  if (bytes.size() < size) return ProxyHeaderNeedsMore();
  const std::string_view addresses = bytes.substr(fixed_size, size - fixed_size);
  constexpr unsigned local = 0;
  if (command == local) return ProxyHeader{size, ""};
  constexpr unsigned unspecified = 0x00, tcp_4 = 0x11, tcp_6 = 0x21, unix_stream = 0x31;
  switch (octet(bytes, 13)) {
    case unspecified:
      return ProxyHeader{size, ""};
    case tcp_4:
      return of_family(addresses, size, AF_INET, 4);
    case tcp_6:
      return of_family(addresses, size, AF_INET6, 16);
    case unix_stream:
      if (addresses.size() < 216) return error("it is too short for its addresses");
      return ProxyHeader{size, "unix:"};
    default:
      return error("its client is not of TCP");
  }
}

// "TCP4 203.0.113.7 198.51.100.1 4242 443"
std::optional<std::string> client_of(std::string_view line) {
  std::array<std::string_view, 5> words;
  for (std::string_view& word : words) {
    const size_t end = std::min(line.find(' '), line.size());
    word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  const bool v6 = words[0] == "TCP6";
  if (!line.empty() || words[3].empty() || words[4].empty() || (!v6 && words[0] != "TCP4"))
    return std::nullopt;
  if ((words[1].find(':') != std::string_view::npos) != v6 || words[1].starts_with('[')) return std::nullopt;
  const std::string host = v6 ? "[" + std::string(words[1]) + "]" : std::string(words[1]);
  return normalized_peer(host + ":" + std::string(words[3]));
}

Answer read_version_1(std::string_view bytes) {
  const size_t end = bytes.substr(0, max_line).find("\r\n");
  if (end == bytes.npos) {
    if (bytes.size() >= max_line) return error("its line does not end");
    return ProxyHeaderNeedsMore();
  }
  const std::string_view line = bytes.substr(signature_1.size(), end - signature_1.size());
  if (line.starts_with("UNKNOWN")) return ProxyHeader{end + 2, ""};
  auto client = client_of(line);
  if (!client) return error("its line is not \"PROXY TCP4 or TCP6, two addresses, two ports\"");
  return ProxyHeader{end + 2, std::move(*client)};
}

bool may_become(std::string_view bytes, std::string_view signature) {
  const size_t common = std::min(bytes.size(), signature.size());
  return bytes.substr(0, common) == signature.substr(0, common);
}

}  // namespace

Answer read_proxy_header(std::string_view bytes) {
  if (bytes.size() >= signature_2.size() && bytes.starts_with(signature_2)) return read_version_2(bytes);
  if (bytes.size() >= signature_1.size() && bytes.starts_with(signature_1)) return read_version_1(bytes);
  if (may_become(bytes, signature_1) || may_become(bytes, signature_2)) return ProxyHeaderNeedsMore();
  return error("it begins otherwise");
}

}  // namespace transport

#include "transport/socket/address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace transport {
namespace {

constexpr unsigned address_bits = 128;
constexpr unsigned ipv4_offset_bits = 96;

// IPv4 as IPv6 maps it.
struct Ip {
  std::array<uint8_t, 16> bytes{};
  bool v4() const { return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin()); }
  static constexpr std::array<uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
};

std::optional<Ip> ip_of(std::string_view host) {
  const std::string text(host);
  Ip ip;
  if (::inet_pton(AF_INET6, text.c_str(), ip.bytes.data()) == 1) return ip;
  std::copy(Ip::v4_prefix.begin(), Ip::v4_prefix.end(), ip.bytes.begin());
  if (::inet_pton(AF_INET, text.c_str(), ip.bytes.data() + Ip::v4_prefix.size()) == 1) return ip;
  return std::nullopt;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool same_start(const std::array<uint8_t, 16>& a, const std::array<uint8_t, 16>& b, unsigned bits) {
  const unsigned bytes = bits / 8;
  if (std::memcmp(a.data(), b.data(), bytes) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0;
}

// What is behind the host: nothing, which counts as 0, or ":" and a number.
std::optional<uint16_t> port_of(std::string_view peer) {
  std::string_view rest = peer.substr(host_of(peer).size());
  if (peer.starts_with('[')) {
    if (rest.find(']') == rest.npos) return std::nullopt;
    rest = rest.substr(rest.find(']') + 1);
  }
  if (rest.empty()) return uint16_t{0};
  return rest[0] == ':' ? number_of<uint16_t>(rest.substr(1)) : std::nullopt;
}

}  // namespace

std::string address_text(int family, const void* bytes, uint16_t port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes, text.data(), text.size());
  const std::string host = family == AF_INET6 ? "[" + std::string(text.data()) + "]" : text.data();
  return port == 0 ? host : host + ":" + std::to_string(port);
}

std::string_view host_of(std::string_view peer) {
  if (peer.starts_with('[')) return peer.substr(1, std::min(peer.find(']'), peer.size()) - 1);
  // More than one colon: an IPv6 address without a port.
  const size_t colon = peer.find(':');
  return peer.find(':', colon + 1) == peer.npos || colon == peer.npos ? peer.substr(0, colon) : peer;
}

std::optional<std::string> normalized_peer(std::string_view peer) {
  const auto ip = ip_of(host_of(peer));
  const auto port = port_of(peer);
  if (!ip || !port) return std::nullopt;
  return ip->v4() ? address_text(AF_INET, ip->bytes.data() + Ip::v4_prefix.size(), *port)
                  : address_text(AF_INET6, ip->bytes.data(), *port);
}

std::string network_of(std::string_view peer, unsigned ipv6_bits) {
  auto ip = ip_of(host_of(peer));
  if (!ip) return "";
  if (!ip->v4())
    for (unsigned bit = ipv6_bits; bit < address_bits; ++bit)
      ip->bytes[bit / 8] &= static_cast<uint8_t>(~(0x80u >> bit % 8));
  return {ip->bytes.begin(), ip->bytes.end()};
}

bool AddressRanges::add(std::string_view range) {
  const bool is_one = take(range);
  if (is_one) texts_.emplace_back(range);
  return is_one;
}

bool AddressRanges::take(std::string_view range) {
  if (range == "unix") return unix_ = true;
  const size_t slash = range.find('/');
  const std::string_view host = range.substr(0, slash);
  const auto ip = ip_of(host);
  if (!ip) return false;
  const unsigned offset = host.find(':') == host.npos ? ipv4_offset_bits : 0;
  const auto bits =
      slash == range.npos ? address_bits - offset : number_of<unsigned>(range.substr(slash + 1));
  if (!bits || *bits > address_bits - offset) return false;
  ranges_.push_back({ip->bytes, *bits + offset});
  return true;
}

bool AddressRanges::contains(std::string_view peer) const {
  if (peer == "unix:") return unix_;
  const auto ip = ip_of(host_of(peer));
  return ip && std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
           return same_start(range.bytes, ip->bytes, range.bits);
         });
}

}  // namespace transport

// Addresses of peers as text, and ranges of them.
//
// A peer is "127.0.0.1:4242", "[::1]:4242", "unix:" or, if a proxy tells no port, "127.0.0.1" or "[::1]".
// Pure functions; any thread. An IPv4 address in an IPv6 socket counts as the IPv4 address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace transport {

// `bytes` as in sockaddr_in or sockaddr_in6; without a port if that is 0.
std::string address_text(int family, const void* bytes, uint16_t port);

// Without the port and without brackets: "127.0.0.1", "::1", "unix".
std::string_view host_of(std::string_view peer);

// The text of a peer in one form only, whatever form it came in ("::ffff:10.0.0.1", "[::1]", "10.0.0.1:80").
// Nothing if it is no IP address.
std::optional<std::string> normalized_peer(std::string_view peer);

// The network whose addresses one client has at its will: an IPv4 address, or the first bits of an IPv6
// address. Bytes that compare equal for addresses of the same one; "" if it is no IP address.
std::string network_of(std::string_view peer, unsigned ipv6_bits = 64);

class AddressRanges {
 public:
  // "10.0.0.0/8", "::1", or "unix": all clients of a Unix domain socket. False if it is none of them.
  bool add(std::string_view range);
  bool contains(std::string_view peer) const;
  bool empty() const { return texts_.empty(); }
  // Those that were added, as they were written.
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  bool take(std::string_view range);

  struct Range {
    std::array<uint8_t, 16> bytes;
    unsigned bits;
  };
  std::vector<std::string> texts_;
  std::vector<Range> ranges_;
  bool unix_ = false;
};

}  // namespace transport

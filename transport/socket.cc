#include "transport/socket.h"

#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace transport {
namespace {

Socket::Result result_of(ssize_t size) {
  if (size >= 0) return {Socket::Outcome::done, static_cast<size_t>(size), 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Socket::Outcome::would_block, 0, 0};
  return {Socket::Outcome::failed, 0, errno};
}

std::string with_port(int family, const void* address, uint16_t port_in_network_order) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, address, text.data(), text.size());
  const std::string port = std::to_string(ntohs(port_in_network_order));
  return family == AF_INET6 ? "[" + std::string(text.data()) + "]:" + port
                            : std::string(text.data()) + ":" + port;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Socket::Socket(asio::io_context& io, Descriptor descriptor) : stream_(io) {
  asio::error_code error;
  stream_.assign(descriptor.get(), error);
  if (!error) descriptor.release();
}

Socket::Result Socket::read_some(std::span<char> into) {
  const ssize_t size = ::recv(stream_.native_handle(), into.data(), into.size(), 0);
  if (size == 0) return {Outcome::ended, 0, 0};
  return result_of(size);
}

Socket::Result Socket::write_some(std::span<iovec> parts) {
  if (parts.size() == 1) {
    return result_of(::send(stream_.native_handle(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL));
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return result_of(::sendmsg(stream_.native_handle(), &message, MSG_NOSIGNAL));
}

bool Socket::readable() {
  char byte;
  return ::recv(stream_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

void Socket::shut_down_sending() {
  ::shutdown(stream_.native_handle(), SHUT_WR);
}

void Socket::close() {
  asio::error_code ignored;
  stream_.close(ignored);
}

Descriptor Socket::release() {
  return Descriptor(stream_.release());
}

void Socket::abort() {
  const linger at_once{1, 0};
  ::setsockopt(stream_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

std::string Socket::peer_address() {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(stream_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return "unknown";
  if (peer.ss_family == AF_UNIX) return "unix:";
  if (peer.ss_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(peer);
    return with_port(AF_INET, &ipv4.sin_addr, ipv4.sin_port);
  }
  const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(peer);
  // An IPv4 client of a socket for both families.
  if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr))
    return with_port(AF_INET, &ipv6.sin6_addr.s6_addr[12], ipv6.sin6_port);
  return with_port(AF_INET6, &ipv6.sin6_addr, ipv6.sin6_port);
}

}  // namespace transport

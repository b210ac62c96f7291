#include "transport/socket/socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/socket/address.h"

namespace transport {
namespace {

Socket::Result result_of(ssize_t size) {
  if (size >= 0) return {Socket::Outcome::done, static_cast<size_t>(size), 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Socket::Outcome::would_block, 0, 0};
  return {Socket::Outcome::failed, 0, errno};
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

void Descriptor::reset(int number) {
  if (number_ >= 0) ::close(number_);
  number_ = number;
}

Socket::Socket(asio::io_context& io, Descriptor descriptor, std::unique_ptr<TlsStream> tls)
    : stream_(io), tls_(std::move(tls)) {
  asio::error_code error;
  stream_.assign(descriptor.get(), error);
  if (!error) descriptor.release();
}

void Socket::start_tls(std::shared_ptr<const TlsContext> context) {
  tls_ = std::make_unique<TlsStream>(std::move(context), stream_.native_handle());
}

Socket::Result Socket::read_some(std::span<char> into) {
  if (tls_) [[unlikely]]
    return tls_->read(into);
  const ssize_t size = ::recv(stream_.native_handle(), into.data(), into.size(), 0);
  if (size == 0) return {Outcome::ended, 0, 0};
  return result_of(size);
}

Socket::Result Socket::write_some(std::span<iovec> parts) {
  const Result result = write(parts);
  written_ += result.size;
  return result;
}

Socket::Result Socket::write(std::span<iovec> parts) {
  if (tls_) [[unlikely]]
    return tls_->write(parts);
  if (parts.size() == 1) {
    return result_of(::send(stream_.native_handle(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL));
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return result_of(::sendmsg(stream_.native_handle(), &message, MSG_NOSIGNAL));
}

std::string Socket::failure_text(const Result& result) const {
  return result.error == 0 && tls_ ? tls_->failure() : std::generic_category().message(result.error);
}

Socket::Result Socket::peek(std::span<char> into) {
  const ssize_t size = ::recv(stream_.native_handle(), into.data(), into.size(), MSG_PEEK);
  if (size == 0) return {Outcome::ended, 0, 0};
  return result_of(size);
}

void Socket::skip(size_t size) {
  std::array<char, 512> skipped;
  while (size > 0) {
    const ssize_t got = ::recv(stream_.native_handle(), skipped.data(), std::min(size, skipped.size()), 0);
    if (got <= 0) return;
    size -= static_cast<size_t>(got);
  }
}

bool Socket::readable() {
  char byte;
  return ::recv(stream_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

bool Socket::peer_has_left() {
  pollfd one{stream_.native_handle(), POLLRDHUP, 0};
  return ::poll(&one, 1, 0) > 0;
}

void Socket::shut_down_sending() {
  if (tls_) tls_->close_notify();
  ::shutdown(stream_.native_handle(), SHUT_WR);
}

void Socket::close() {
  if (tls_) tls_->close_notify();
  asio::error_code ignored;
  stream_.close(ignored);
}

std::pair<Descriptor, std::unique_ptr<TlsStream>> Socket::release() {
  return {Descriptor(stream_.release()), std::move(tls_)};
}

void Socket::keep_alive(std::chrono::milliseconds silence) {
  constexpr int longest = 32767;  // that the kernel takes
  const int descriptor = stream_.native_handle(), on = 1;
  const int seconds = std::clamp(static_cast<int>(silence / std::chrono::seconds(1)), 1, longest);
  ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
}

void Socket::abort() {
  const linger at_once{1, 0};
  ::setsockopt(stream_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  drop_tls();
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
    return address_text(AF_INET, &ipv4.sin_addr, ntohs(ipv4.sin_port));
  }
  const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(peer);
  // An IPv4 client of a socket for both families.
  if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr))
    return address_text(AF_INET, &ipv6.sin6_addr.s6_addr[12], ntohs(ipv6.sin6_port));
  return address_text(AF_INET6, &ipv6.sin6_addr, ntohs(ipv6.sin6_port));
}

}  // namespace transport

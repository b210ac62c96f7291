#include "client/wire/tcp.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace wire {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress resolve(const Address& address) {
  std::string host = address.found.empty() ? address.host : address.found;
  if (host == "localhost") host = "127.0.0.1";
  addrinfo* found = nullptr;
  addrinfo wanted{};
  wanted.ai_flags = AI_NUMERICSERV;
  wanted.ai_socktype = SOCK_STREAM;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &wanted, &found);
  if (error != 0) throw std::runtime_error("no host \"" + address.host + "\": " + ::gai_strerror(error));
  SocketAddress result;
  result.size = found->ai_addrlen;
  std::memcpy(&result.storage, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  return result;
}

void set_option(const Fd& socket, int level, int name, const auto& value) {
  if (::setsockopt(socket.get(), level, name, &value, sizeof value) != 0) fail("setsockopt");
}

void connect(const Fd& socket, const sockaddr* target, socklen_t size, const std::string& name) {
  // The send timeout is also connect()'s. On loopback it returns at once unless the backlog is full.
  set_option(socket, SOL_SOCKET, SO_SNDTIMEO, timeval{.tv_sec = 5, .tv_usec = 0});
  if (::connect(socket.get(), target, size) != 0) fail("cannot connect to " + name);
  if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
}

}  // namespace

std::string Address::text() const {
  const bool v6 = host.find(':') != host.npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void look_up(Address& address) {
  const SocketAddress found = resolve(address);
  std::array<char, NI_MAXHOST> text{};
  const int error =
      ::getnameinfo(found.get(), found.size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  if (error != 0) throw std::runtime_error(address.host + ": " + ::gai_strerror(error));
  address.found = text.data();
}

Fd connect_tcp(const Address& address, const std::string& from) {
  const SocketAddress target = resolve(address);
  Fd socket(::socket(target.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail("socket");
  if (!from.empty()) {
    // The port is chosen when it is known whom it leads to, so that each target has them all.
    set_option(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    const SocketAddress local = resolve({.host = from, .port = 0, .found = {}});
    if (::bind(socket.get(), local.get(), local.size) != 0) fail("cannot connect from " + from);
  }
  connect(socket, target.get(), target.size, address.text());
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  return socket;
}

Fd connect_unix(const std::string& path) {
  sockaddr_un target{};
  target.sun_family = AF_UNIX;
  path.copy(target.sun_path, kMaxSocketPath);
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail("socket");
  connect(socket, reinterpret_cast<const sockaddr*>(&target), sizeof target, path);
  return socket;
}

Fd listen_tcp(const Address& address) {
  const SocketAddress local = resolve(address);
  Fd socket(::socket(local.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail("socket");
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(socket.get(), local.get(), local.size) != 0 || ::listen(socket.get(), 4096) != 0) {
    fail("cannot listen on " + address.text());
  }
  return socket;
}

uint16_t local_port(const Fd& socket) {
  sockaddr_in local{};
  socklen_t size = sizeof local;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0) fail("getsockname");
  return ntohs(local.sin_port);
}

Fd accept_tcp(const Fd& listener) {
  Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() >= 0) {
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  } else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
    fail("accept");
  }
  return socket;
}

void abort_on_close(const Fd& socket) {
  set_option(socket, SOL_SOCKET, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0});
}

void shrink_receive_buffer(const Fd& socket) {
  set_option(socket, SOL_SOCKET, SO_RCVBUF, 1);
}

void drop_what_comes(const Fd& socket) {
  sock_filter nothing_passes = BPF_STMT(BPF_RET | BPF_K, 0);
  set_option(socket, SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{.len = 1, .filter = &nothing_passes});
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
}

}  // namespace wire

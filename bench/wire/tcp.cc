#include "bench/wire/tcp.h"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace bench::wire {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in resolve(const Address& address) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(address.port);
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  if (::inet_pton(AF_INET, host.c_str(), &result.sin_addr) != 1) {
    throw std::runtime_error("\"" + address.host + "\" is not an IPv4 address or localhost");
  }
  return result;
}

void set_option(const Fd& socket, int level, int name, const auto& value) {
  if (::setsockopt(socket.get(), level, name, &value, sizeof value) != 0) fail("setsockopt");
}

void connect(const Fd& socket, const auto& target, const std::string& name) {
  // The send timeout is also connect()'s. On loopback it returns at once unless the backlog is full.
  set_option(socket, SOL_SOCKET, SO_SNDTIMEO, timeval{.tv_sec = 5, .tv_usec = 0});
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0)
    fail("cannot connect to " + name);
  if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
}

}  // namespace

Fd connect_tcp(const Address& address, const std::string& from) {
  const sockaddr_in target = resolve(address);
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail("socket");
  if (!from.empty()) {
    // The port is chosen when it is known whom it leads to, so that each target has them all.
    set_option(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    const sockaddr_in local = resolve({.host = from, .port = 0});
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
      fail("cannot connect from " + from);
  }
  connect(socket, target, address.text());
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  return socket;
}

Fd connect_unix(const std::string& path) {
  sockaddr_un target{};
  target.sun_family = AF_UNIX;
  path.copy(target.sun_path, sizeof target.sun_path - 1);
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail("socket");
  connect(socket, target, path);
  return socket;
}

Fd listen_tcp(const Address& address) {
  const sockaddr_in local = resolve(address);
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail("socket");
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0 ||
      ::listen(socket.get(), 4096) != 0) {
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

}  // namespace bench::wire

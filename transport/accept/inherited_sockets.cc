#include "transport/accept/inherited_sockets.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <asio/ip/address.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace transport {
namespace {

constexpr int first_descriptor = 3;  // sd_listen_fds(3)

struct Bound {
  int family = AF_UNSPEC;
  std::string path;  // of a Unix domain socket
  asio::ip::address address;
  uint16_t port = 0;
};

Bound bound(const Descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Bound found;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return found;
  found.family = storage.ss_family;
  if (found.family == AF_UNIX) {
    const auto& unix_address = reinterpret_cast<const sockaddr_un&>(storage);
    const size_t length = size - offsetof(sockaddr_un, sun_path);
    found.path.assign(unix_address.sun_path,
                      std::find(unix_address.sun_path, unix_address.sun_path + length, '\0'));
  } else if (found.family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    found.address = asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    found.port = ntohs(v4.sin_port);
  } else if (found.family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    asio::ip::address_v6::bytes_type bytes;
    std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), bytes.begin());
    found.address = asio::ip::address_v6(bytes);
    found.port = ntohs(v6.sin6_port);
  }
  return found;
}

// What listens on all addresses of IPv6 does so on those of IPv4.
bool is_same_interface(const asio::ip::address& bound, const std::string& wanted) {
  asio::error_code error;
  const auto address = asio::ip::make_address(wanted.empty() ? "::" : wanted, error);
  if (error) return false;
  return address == bound || (address.is_unspecified() && bound.is_unspecified());
}

bool is_bound_to(const Descriptor& socket, const ListenOptions& options) {
  const Bound is = bound(socket);
  if (is.family == AF_UNIX) return !options.path.empty() && is.path == options.path;
  return options.path.empty() && options.port == is.port && is_same_interface(is.address, options.interface);
}

bool is_any_port_for(const Descriptor& socket, const ListenOptions& options) {
  const Bound is = bound(socket);
  return is.family != AF_UNIX && options.path.empty() && options.port == 0 &&
         is_same_interface(is.address, options.interface);
}

bool listens(int descriptor) {
  int type = 0, accepts = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return false;
  size = sizeof accepts;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0;
}

}  // namespace

InheritedSockets::InheritedSockets(int count, const std::string& names) {
  std::istringstream text(names);
  for (int number = 0; number < count; ++number) {
    const int descriptor = first_descriptor + number;
    std::string name;
    std::getline(text, name, ':');
    if (!listens(descriptor))
      throw std::runtime_error(
          "descriptor " + std::to_string(descriptor) + " (" + name +
          "), which LISTEN_FDS says is a socket to listen on, is none: expected a stream "
          "socket that listens (ListenStream= and Accept=no)");
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    sockets_.push_back({Descriptor(descriptor), name});
  }
}

template <class Fits>
void InheritedSockets::give_to(std::vector<ListenOptions>& wanted, const Fits& fits) {
  for (ListenOptions& options : wanted) {
    if (options.inherited) continue;
    const auto found = std::find_if(sockets_.begin(), sockets_.end(), [&](const One& one) {
      return one.descriptor.get() >= 0 && fits(one, options);
    });
    if (found != sockets_.end())
      options.inherited = std::make_shared<Descriptor>(found->descriptor.release());
  }
}

void InheritedSockets::give_to(std::vector<ListenOptions>& wanted) {
  give_to(wanted, [](const One& one, const ListenOptions& options) {
    return std::find(options.names.begin(), options.names.end(), one.name) != options.names.end();
  });
  give_to(wanted,
          [](const One& one, const ListenOptions& options) { return is_bound_to(one.descriptor, options); });
  give_to(wanted, [](const One& one, const ListenOptions& options) {
    return is_any_port_for(one.descriptor, options);
  });
}

std::vector<std::string> InheritedSockets::left() const {
  std::vector<std::string> addresses;
  for (const One& one : sockets_) {
    if (one.descriptor.get() < 0) continue;
    const Bound is = bound(one.descriptor);
    const std::string host = is.address.is_v6() ? "[" + is.address.to_string() + "]" : is.address.to_string();
    addresses.push_back(is.family == AF_UNIX ? "unix:" + is.path : host + ":" + std::to_string(is.port));
  }
  return addresses;
}

}  // namespace transport

#include "transport/accept/inherited_sockets.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <fcntl.h>
#include <sys/socket.h>

#include "transport/accept/bound_endpoint.h"

namespace transport {
namespace {

constexpr int first_descriptor = 3;  // sd_listen_fds(3)

// What listens on all addresses of IPv6 does so on those of IPv4.
bool is_same_interface(const asio::ip::address& bound, const std::string& wanted) {
  asio::error_code error;
  const auto address = asio::ip::make_address(wanted.empty() ? "::" : wanted, error);
  if (error) return false;
  return address == bound || (address.is_unspecified() && bound.is_unspecified());
}

bool is_bound_to(const Descriptor& socket, const ListenOptions& options) {
  const BoundEndpoint is = bound_endpoint(socket);
  if (is_unix(is)) return !options.path.empty() && path_of(is) == options.path;
  const asio::ip::tcp::endpoint tcp = tcp_of(is);
  return options.path.empty() && options.port == tcp.port() &&
         is_same_interface(tcp.address(), options.interface);
}

bool is_any_port_for(const Descriptor& socket, const ListenOptions& options) {
  const BoundEndpoint is = bound_endpoint(socket);
  return !is_unix(is) && options.path.empty() && options.port == 0 &&
         is_same_interface(tcp_of(is).address(), options.interface);
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
  for (const One& one : sockets_)
    if (one.descriptor.get() >= 0) addresses.push_back(text_of(bound_endpoint(one.descriptor)));
  return addresses;
}

}  // namespace transport

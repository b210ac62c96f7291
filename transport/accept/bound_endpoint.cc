#include "transport/accept/bound_endpoint.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <asio/local/stream_protocol.hpp>
#include <sys/socket.h>

namespace transport {

BoundEndpoint bound_endpoint(const Descriptor& socket) {
  BoundEndpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(socket.get(), endpoint.data(), &size) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot listen on an inherited socket");
  endpoint.resize(size);
  return endpoint;
}

bool is_unix(const BoundEndpoint& endpoint) {
  return endpoint.protocol().family() == AF_UNIX;
}

std::string path_of(const BoundEndpoint& endpoint) {
  asio::local::stream_protocol::endpoint local;
  local.resize(endpoint.size());
  std::memcpy(local.data(), endpoint.data(), endpoint.size());
  return local.path();
}

asio::ip::tcp::endpoint tcp_of(const BoundEndpoint& endpoint) {
  asio::ip::tcp::endpoint tcp;
  std::memcpy(tcp.data(), endpoint.data(), std::min(endpoint.size(), tcp.capacity()));
  return tcp;
}

std::string text_of(const BoundEndpoint& endpoint) {
  if (is_unix(endpoint)) return "unix:" + path_of(endpoint);
  const asio::ip::tcp::endpoint tcp = tcp_of(endpoint);
  const std::string address = tcp.address().to_string();
  const std::string port = std::to_string(tcp.port());
  return tcp.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace transport

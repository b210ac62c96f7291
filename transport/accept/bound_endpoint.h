// What a listening socket is bound to, of TCP or a Unix domain socket. Pure but for the system call; any
// thread.
#pragma once

#include <string>

#include <asio/generic/stream_protocol.hpp>
#include <asio/ip/tcp.hpp>

#include "transport/socket/socket.h"

namespace transport {

using BoundEndpoint = asio::generic::stream_protocol::endpoint;

// Throws std::system_error.
BoundEndpoint bound_endpoint(const Descriptor& socket);

bool is_unix(const BoundEndpoint& endpoint);
// Precondition: is_unix().
std::string path_of(const BoundEndpoint& endpoint);
// Precondition: it is not.
asio::ip::tcp::endpoint tcp_of(const BoundEndpoint& endpoint);

// "127.0.0.1:8080", "[::1]:8080", "unix:/run/wampd.sock".
std::string text_of(const BoundEndpoint& endpoint);

}  // namespace transport

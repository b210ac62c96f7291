// TCP sockets, all non-blocking and with Nagle's algorithm off, and Unix domain sockets.
//
// Failures throw std::system_error that names the address.
#pragma once

#include <cstdint>
#include <string>

#include "client/wire/fd.h"

namespace wire {

struct Address {
  std::string host = "127.0.0.1";  // an address of IPv4 or IPv6, or a name
  uint16_t port = 8080;
  std::string found;  // the address that the name has, if it was looked up

  std::string text() const;
};

// Looks up the name once for all connections to come. Throws std::runtime_error if there is no such host.
void look_up(Address& address);

// Waits for the connection, five seconds at most. `from`: an address of this machine, or "".
Fd connect_tcp(const Address& address, const std::string& from = {});

constexpr size_t kMaxSocketPath = 107;

// The same over a Unix domain socket. Its path is not longer than that.
Fd connect_unix(const std::string& path);

Fd listen_tcp(const Address& address);

// The port that listen_tcp was given by the kernel when asked for port 0.
uint16_t local_port(const Fd& socket);

// An accepted socket, or an Fd of -1 when none is waiting.
Fd accept_tcp(const Fd& listener);

// From now on close() sends RST: a closed connection leaves no TIME_WAIT that holds a port for a minute.
void abort_on_close(const Fd& socket);

// As small as the kernel allows.
void shrink_receive_buffer(const Fd& socket);

// The kernel throws away whatever comes for this socket, as if it had never come: the peer gets neither
// acknowledgement nor reset.
void drop_what_comes(const Fd& socket);

// Lets this process have as many descriptors as its hard limit allows.
void raise_descriptor_limit();

}  // namespace wire

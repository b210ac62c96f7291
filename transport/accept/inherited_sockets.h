// Listening sockets that the program was started with: by systemd (sd_listen_fds(3)), or by the router that
// it takes over from.
//
// One thread's. What nobody takes is closed with it.
#pragma once

#include <string>
#include <vector>

#include "transport/accept/listener.h"
#include "transport/socket/socket.h"

namespace transport {

class InheritedSockets {
 public:
  InheritedSockets() = default;
  // `count` descriptors from 3 on, and their names with ':' between them, as in LISTEN_FDS and
  // LISTEN_FDNAMES. Throws std::runtime_error with the one that is not a listening stream socket.
  InheritedSockets(int count, const std::string& names);

  // Gives each of those who want to listen the socket that has one of its names, or is bound to its address,
  // or, if it takes any free port, another one of its interface. Each is given once, in this order.
  void give_to(std::vector<ListenOptions>& wanted);
  // The addresses of those that nobody wants: "127.0.0.1:8080", "unix:/run/wampd.sock".
  std::vector<std::string> left() const;

 private:
  struct One {
    Descriptor descriptor;
    std::string name;
  };
  template <class Fits>
  void give_to(std::vector<ListenOptions>& wanted, const Fits& fits);

  std::vector<One> sockets_;
};

}  // namespace transport

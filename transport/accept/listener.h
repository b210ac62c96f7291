// Accepts on one address, of TCP or of a Unix domain socket, and hands every socket to the least-loaded loop.
//
// Lives on the thread of the loop it was started on, but for serve(), which any thread may call. Accept
// errors (file descriptors exhausted) pause accepting for 100 ms and are told once through `on_error`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transport/connection/connection_options.h"
#include "transport/connection/service.h"
#include "transport/socket/socket.h"

namespace transport {

struct ListenOptions {
  std::string interface = "127.0.0.1";  // an IPv4 or IPv6 address; "::" and "" take both families
  uint16_t port = 8080;                 // 0: any free one
  std::string path = {};                // of a Unix domain socket, in the place of interface and port
  unsigned mode = 0600;                 // of that file
  int backlog = 1024;
  size_t max_connections = 100000;  // of this listener, all loops together; further ones are closed at once
  std::string refusal = {};         // what those are told before, for peers that speak one protocol only
  std::vector<std::string> names = {};  // by which a socket may be meant for it, before its address
  // A socket that listens already, in the place of a new one. If it has a file, that is not ours to remove.
  std::shared_ptr<Descriptor> inherited = nullptr;
};

class Listener {
 public:
  // Binds and listens; throws std::runtime_error with the address and the reason, std::system_error if the
  // system refuses. Starts accepting at once on
  // `accept_loop`, which must be one of `loops` or run as well. The loops outlive the listener, a service its
  // connections.
  Listener(Loop& accept_loop, std::vector<Loop*> loops, Service& service, ListenOptions options,
           ConnectionOptions connections, std::function<void(const std::string&)> on_error);
  ~Listener();

  // The port really bound; 0 of a Unix domain socket.
  uint16_t port() const;
  // The address in the form "127.0.0.1:8080" or "unix:/run/wampd.sock".
  std::string address() const;

  // What connections get that are accepted from now on (new certificates, limits); those that are there keep
  // what they have.
  void serve(Service& service, ConnectionOptions connections);

  // False: clients wait in the backlog until it is true again. On the accept loop's thread.
  void set_accepting(bool accepting);

  // Stops accepting; connections stay. On the accept loop's thread, or while no loop runs.
  void close();
  // The same, and the socket goes on listening for who has a duplicate of it: a file that it has stays.
  void hand_over();
  // Of the socket, for another process. On the accept loop's thread. Throws std::system_error.
  Descriptor duplicate() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace transport

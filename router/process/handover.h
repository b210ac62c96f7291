// One process takes over from another: the program is started anew, with the sockets that it listens on, and
// serves when the old one begins to drain. So no client is refused in between.
//
// The new one is told by its environment: LISTEN_FDS and LISTEN_FDNAMES for the sockets, WAMPD_UPGRADE for
// the descriptor of a socket pair. It writes a byte there when the old one may go; the old one keeps its end
// open until it has ended. Each is the main thread's.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "transport/accept/inherited_sockets.h"
#include "transport/socket/socket.h"

namespace router {

// A listening socket for the new process. `name`: of its transport; empty: it has none.
struct HandedSocket {
  transport::Descriptor descriptor;
  std::string name;
};

// Of the old one: the new process, which serves or is about to.
struct Successor {
  pid_t process;
  transport::Descriptor link;  // open as long as this process lives
};
// Starts it and waits until it says that it is ready. Throws std::runtime_error with why it is not; then it
// has ended.
Successor start_successor(const std::string& program, const std::vector<std::string>& arguments,
                          const std::vector<HandedSocket>& sockets);

// Of the new one.
class Predecessor {
 public:
  // None: it was not started by an old one.
  static std::optional<Predecessor> of_environment();

  // It lets nobody in any more, and drains. Once.
  void let_go();
  // After that.
  void wait_for_its_end();

 private:
  explicit Predecessor(int descriptor) : descriptor_(descriptor) {}

  transport::Descriptor descriptor_;
};

// Those that the environment tells, of systemd or of a predecessor; the variables are gone then. Throws
// std::runtime_error.
transport::InheritedSockets inherited_sockets(const std::optional<Predecessor>& predecessor);

}  // namespace router

// One process takes over from another: the program is started anew, with the sockets that it listens on, and
// serves when the old one begins to drain. So no client is refused in between.
//
// The new one is told by its environment: LISTEN_FDS and LISTEN_FDNAMES for the sockets, WAMPD_UPGRADE for
// the descriptor of a socket pair. It writes a byte there when the old one may go; the old one keeps its end
// open until it has ended. Each is the main thread's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "transport/accept/inherited_sockets.h"
#include "transport/socket/socket.h"

namespace router {

// A listening socket for the new process. `name`: of its transport, without ':'.
struct HandedSocket {
  transport::Descriptor descriptor;
  std::string name;
};

// Of the old one: the new process, which may not be ready yet.
class Successor {
 public:
  // Starts it. Throws std::runtime_error with why that cannot be.
  Successor(const std::string& program, const std::vector<std::string>& arguments,
            const std::vector<HandedSocket>& sockets);

  enum class State : uint8_t { starts, is_ready, has_ended };
  // Waits for so long at most until it is ready or has ended.
  State wait(std::chrono::milliseconds longest) const;
  // Ends it, unless it does so by itself within that time, in which it says why.
  void end(std::chrono::milliseconds time_to_say_why) const;
  pid_t process() const { return process_; }

 private:
  transport::Descriptor link_{-1};  // open as long as this process lives
  pid_t process_ = -1;
};

// Of the new one.
class Predecessor {
 public:
  // None: it was not started by an old one.
  static std::optional<Predecessor> of_environment();

  // It lets nobody in any more, and drains. Once.
  void let_go() const;
  // After that: waits for so long at most.
  bool has_ended(std::chrono::milliseconds longest) const;

 private:
  explicit Predecessor(int descriptor) : descriptor_(descriptor) {}

  transport::Descriptor descriptor_;
};

// Those that the environment tells, of systemd or of a predecessor; the variables are gone then. Throws
// std::runtime_error.
transport::InheritedSockets inherited_sockets(const std::optional<Predecessor>& predecessor);

}  // namespace router

// A TCP cable between clients and a router, on a thread of its own, which a test can spoil.
//
//   Cable cable(router.port());
//   WampClient client(cable.port(), Format::json);
//   cable.become(Cable::State::dark);
//
// Members may be called by any thread. What a member does is done when it returns, but bytes that were
// already in the kernel's buffers may still arrive.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace test_support {

class Cable {
 public:
  enum class State : uint8_t {
    whole,      // as if it were not there
    dribbling,  // to the router one byte at a time, as far apart as the kernel can tell them
    dark,       // nothing comes through, in both directions, and nobody is told
    late,       // the same, until it is whole again: then all of it comes at once
  };
  enum class End : uint8_t { reset, orderly };

  explicit Cable(uint16_t router_port);
  ~Cable();
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;

  uint16_t port() const { return port_; }
  void become(State state);
  // All connections end, on both sides.
  void end_all(End how);

 private:
  struct Direction {
    int from = -1, to = -1;
    std::string kept;  // read and not yet passed on
    bool ended = false;
    bool goes_to_router = false;
  };
  struct Link {
    Direction to_router, to_client;
  };

  void run();
  void accept_one();
  size_t piece_of(const Direction& direction) const;
  void pass_on(Direction& direction);
  void close_link(Link& link, End how);
  void wake_up();

  const uint16_t router_port_;
  uint16_t port_ = 0;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Link>> links_;  // behind the mutex, as is all that follows
  State state_ = State::whole;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace test_support

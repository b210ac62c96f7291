// A thread's event loop: reads what has come, then sends what its connections have gathered meanwhile.
#pragma once

#include <cstdint>
#include <vector>

#include "client/wire/poller.h"

namespace bench::load {

class Connection;

// What a descriptor on the loop belongs to.
class Watched {
 public:
  virtual void on_event(uint32_t events) = 0;

 protected:
  ~Watched() = default;
};

class Loop {
 public:
  // Waits until something happens or `deadline_ns` passes, and deals with it. False if the deadline had
  // passed before.
  bool turn(uint64_t deadline_ns);

  // For connections: all of them share one read buffer.
  // `owner` must not be destroyed within a turn.
  void watch(const wire::Fd& fd, Watched* owner) { poller_.add(fd, owner); }
  void set_wants_write(const wire::Fd& fd, Watched* owner, bool wants_write) {
    poller_.set_wants_write(fd, owner, wants_write);
  }
  void forget(const wire::Fd& fd) { poller_.remove(fd); }
  std::vector<char>& buffer() { return buffer_; }
  void send_at_end_of_turn(Connection& connection) { unsent_.push_back(&connection); }
  void forget(Connection& connection) { std::erase(unsent_, &connection); }

  uint64_t reads = 0, messages = 0;

 private:
  void send_all();

  wire::Poller poller_;
  std::vector<char> buffer_;
  std::vector<Connection*> unsent_;
};

}  // namespace bench::load

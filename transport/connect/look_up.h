// The addresses of a host, which the system looks up on another thread, as that may take long: on one of
// eight, for which all look-ups of the process wait.
//
// Lives on its loop's thread, and shorter than the loop. May be destroyed at any time, also within `done`;
// that does not wait for the system, which is left to its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/ip/tcp.hpp>

namespace transport {

class Loop;

class LookUp {
 public:
  using Addresses = std::vector<asio::ip::tcp::endpoint>;
  // Called once, later: with some, or with none and why.
  using Done = std::function<void(Addresses addresses, const std::string& error)>;
  LookUp(Loop& loop, const std::string& host, uint16_t port, Done done);
  ~LookUp();
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;

 private:
  class Waiter;
  class Queue;
  const std::shared_ptr<Waiter> waiter_;
};

}  // namespace transport

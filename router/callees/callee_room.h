// How many bytes of invocations may be on their way to a callee.
//
// Any thread takes off what it sends. The callee's own thread adds it again when it has come, less what waits
// for the peer by then. So what is on its way and what waits is together never more than there is room for,
// but for the last one of each thread, which may be of any size. Further chunks of a call take no room.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace router {

class CalleeRoom {
 public:
  static constexpr size_t unlimited = SIZE_MAX / 4;

  // `most`: what there is room for while nothing waits for the callee.
  explicit CalleeRoom(size_t most) : left_(static_cast<int64_t>(most)) {}

  bool any() const { return left_.load() > 0; }
  void take(size_t bytes) { left_.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed); }
  // Nothing has been sent.
  void give_back(size_t bytes) { left_.fetch_add(static_cast<int64_t>(bytes)); }
  // The callee's thread only: so many bytes have come, and so many wait for its peer now. True: there is room
  // again.
  bool on_arrival(size_t bytes, size_t waiting) {
    const auto more =
        static_cast<int64_t>(bytes + std::exchange(waiting_, waiting)) - static_cast<int64_t>(waiting);
    const int64_t before = left_.fetch_add(more);
    return before <= 0 && before + more > 0;
  }

 private:
  std::atomic<int64_t> left_;
  size_t waiting_ = 0;  // the callee's thread's
};

}  // namespace router

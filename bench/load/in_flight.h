// When the requests under way were sent, by their sequential ids from 1 on.
//
// A ring: when the oldest request is so late that its place is needed again, there is no room until it is
// answered.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace bench::load {

class InFlight {
 public:
  explicit InFlight(size_t depth) : depth_(depth), sent_ns_(std::bit_ceil(4 * depth)) {}

  size_t size() const { return size_; }
  bool has_room() const { return size_ < depth_ && place(next_id_) == 0; }

  // Returns the new request's id. There is room.
  uint64_t add(uint64_t now_ns) {
    place(next_id_) = now_ns;
    ++size_;
    return next_id_++;
  }

  // When the request was sent, which thereby has ended; nothing if no such request is under way.
  std::optional<uint64_t> take(uint64_t id) {
    const bool possible = id < next_id_ && next_id_ - id <= sent_ns_.size();
    if (!possible || place(id) == 0) return std::nullopt;
    --size_;
    const uint64_t sent_ns = place(id);
    place(id) = 0;
    return sent_ns;
  }

 private:
  uint64_t& place(uint64_t id) { return sent_ns_[id & (sent_ns_.size() - 1)]; }
  const uint64_t& place(uint64_t id) const { return sent_ns_[id & (sent_ns_.size() - 1)]; }

  size_t depth_;
  std::vector<uint64_t> sent_ns_;  // 0: free
  size_t size_ = 0;
  uint64_t next_id_ = 1;
};

}  // namespace bench::load

// The connections of one listener, on all loops together. Any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace transport {

class ListenerCounts {
 public:
  std::atomic<size_t> open = 0;
  std::atomic<size_t> half_open = 0;  // of those, whose first request has not come

  // One more from that address; false, and it is not counted, if there are `max` already.
  bool add_from(std::string_view host, size_t max) {
    const std::lock_guard lock(mutex_);
    size_t& count = by_host_[std::string(host)];
    if (count >= max) return false;
    ++count;
    return true;
  }
  void remove_from(std::string_view host) {
    const std::lock_guard lock(mutex_);
    const auto found = by_host_.find(std::string(host));
    if (found != by_host_.end() && --found->second == 0) by_host_.erase(found);
  }
  size_t hosts() const {
    const std::lock_guard lock(mutex_);
    return by_host_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, size_t> by_host_;  // none is 0; guarded by the lock
};

}  // namespace transport

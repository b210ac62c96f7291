// What all threads of a soak write down: whether it is over, what was done, and what went wrong.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace soak {

using Random = std::mt19937_64;

class Book {
 public:
  bool over() const { return over_; }
  void end() { over_ = true; }

  // Ends the soak: something is broken.
  void complain(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (faults_.size() < 20) faults_.push_back(what);
    over_ = true;
  }
  std::vector<std::string> faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

  std::atomic<uint64_t> answers{0}, events{0}, visits{0};

 private:
  std::atomic<bool> over_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> faults_;
};

}  // namespace soak

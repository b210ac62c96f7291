// Takes turns among those who have room.
#pragma once

#include <cstddef>
#include <vector>

namespace bench::load {

class RoundRobin {
 public:
  // Calls `try_one` with one after the other, from where it stopped last, until one says true. False if none
  // does.
  template <typename T, typename Try>
  bool any(const std::vector<T>& all, Try&& try_one) {
    for (size_t tried = 0; tried < all.size(); ++tried) {
      if (next_ >= all.size()) next_ = 0;
      if (try_one(*all[next_++])) return true;
    }
    return false;
  }

 private:
  size_t next_ = 0;
};

}  // namespace bench::load

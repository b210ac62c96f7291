// Memory that the process has and holds for nobody: what the allocator keeps of what was freed, and what the
// program itself takes. Tells when to give it back to the kernel.
//
// Bytes. Used by one thread, which looks at equal distances.
#pragma once

#include <algorithm>
#include <cstdint>

namespace router {

class UnheldMemory {
 public:
  // In looks. When little came back the last time, the rest is probably in use; but perhaps not for long.
  static constexpr int shortest_pause = 10, longest_pause = 100;
  static constexpr uint64_t little = 4 << 20;

  void look(uint64_t resident, uint64_t held) {
    now_ = resident > held ? resident - held : 0;
    least_ = std::min(least_, now_);
    much_ = now_ - least_ >= little + held / 8;  // there are gaps between what is held
    if (looks_left_ > 0) --looks_left_;
  }
  // There is clearly more than there was once, and the last time is some looks ago.
  bool should_be_given_back() const { return much_ && looks_left_ == 0; }
  // It was, between the last two looks, before which there was so much of it.
  void was_given_back(uint64_t before) {
    pause_ = now_ + little <= before ? shortest_pause : std::min(2 * pause_, longest_pause);
    looks_left_ = pause_;
  }
  uint64_t bytes() const { return now_; }

 private:
  uint64_t least_ = UINT64_MAX, now_ = 0;
  bool much_ = false;
  int pause_ = shortest_pause, looks_left_ = 0;
};

}  // namespace router

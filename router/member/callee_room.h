// How many bytes of invocations may be sent to a callee before its session has told what it has taken of
// them.
//
// What is sent is taken off at once. Before there is none left, the session is asked; the question comes to
// it behind what was sent, so it knows what it has room for then. Guarded by the realm's lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace router {

class CalleeRoom {
 public:
  static constexpr size_t unlimited = SIZE_MAX / 4;

  // `most`: what there is room for while nothing waits for the callee.
  explicit CalleeRoom(size_t most) : most_(static_cast<int64_t>(most)), left_(most_) {}

  // What comes next may be of any size.
  bool any() const { return left_ > 0; }
  // Something is sent. True: the session is to be asked.
  bool take(size_t bytes) {
    left_ -= static_cast<int64_t>(bytes);
    if (left_ >= ask_below_) return false;
    ask();
    return true;
  }
  // Nothing is sent until the session, which is asked now, has answered.
  void close() {
    left_ = 0;
    ask();
  }
  // It could not be asked. There is room for something more, with which it is.
  void take_back_question() {
    --questions_;
    left_ = std::max<int64_t>(left_, 1);
    ask_below_ = left_;
  }
  // The session's answer. True: it is to be asked once more, as what was sent since then leaves no room.
  bool answer(size_t bytes) {
    if (--questions_ > 0) return false;  // what it knew then counts no more
    const int64_t sent_since_asked = left_when_asked_ - left_;
    left_ = static_cast<int64_t>(bytes) - sent_since_asked;
    ask_below_ = most_ / 2;
    if (left_ > 0 || sent_since_asked == 0) return false;
    ask();
    return true;
  }

 private:
  void ask() {
    ++questions_;
    left_when_asked_ = left_;
    ask_below_ = INT64_MIN;
  }

  const int64_t most_;
  int64_t left_;
  int64_t ask_below_ = most_ / 2;  // not again before there is an answer
  int64_t left_when_asked_ = 0;
  int questions_ = 0;  // that have not been answered
};

}  // namespace router

// What is sent to those for whom events wait, all of a worker's, in one turn: others of the same thread wait
// no longer than for this, about a millisecond. One event may be above it.
#pragma once

#include <cstddef>

#include "router/mail/routed_payload.h"

namespace router {

class CatchUpBudget {
 public:
  // `encoder` makes all of their frames.
  explicit CatchUpBudget(const FrameEncoder& encoder)
      : encoder_(encoder), compressed_before_(encoder.compressed_bytes()) {}

  bool is_spent() const {
    return events_ >= most_events || encoder_.compressed_bytes() - compressed_before_ >= most_compressed;
  }
  void count_event() { ++events_; }

 private:
  static constexpr int most_events = 200;
  static constexpr size_t most_compressed = 128 * 1024;

  const FrameEncoder& encoder_;
  const size_t compressed_before_;
  int events_ = 0;
};

}  // namespace router

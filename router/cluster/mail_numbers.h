// The numbers of mail between two incarnations: what got lost on the way is noticed, and nothing comes twice
// or in another order.
//
// One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "router/cluster/words/words.h"

namespace router::cluster {

// Of what one node gets from another one.
class MailNumbers {
 public:
  struct Verdict {
    bool is_taken = false;  // else it has come before, or is missed already
    std::optional<Missed> gap = {};
  };

  Verdict on_mail(uint64_t number) {
    if (number <= last_) {
      ++doubled_;
      return {};
    }
    return {true, skip_to(number)};
  }
  // The sender's last number, in its heartbeat. What it had sent before the heartbeat before should be here.
  std::optional<Missed> on_heartbeat(uint64_t sent) {
    const uint64_t due = std::min(told_, sent);
    told_ = std::max(told_, sent);
    return due > last_ ? skip_to(due + 1, due) : std::nullopt;
  }

  // So many were lost; so many came twice, or after they had been told as lost.
  uint64_t missed() const { return missed_; }
  uint64_t doubled() const { return doubled_; }

 private:
  // `number` is the next one there is, `last` the last one that has come or is lost then.
  std::optional<Missed> skip_to(uint64_t number) { return skip_to(number, number); }
  std::optional<Missed> skip_to(uint64_t number, uint64_t last) {
    const Missed gap{last_ + 1, number - 1};
    last_ = last;
    if (gap.first > gap.last) return std::nullopt;
    missed_ += gap.last - gap.first + 1;
    return gap;
  }

  uint64_t last_ = 0;
  uint64_t told_ = 0;
  uint64_t missed_ = 0, doubled_ = 0;
};

}  // namespace router::cluster

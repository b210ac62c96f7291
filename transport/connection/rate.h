// How much may come in each second, and who is over it: a token bucket that holds one second's worth.
//
// Plain values; the time is passed in.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace transport {

// 0: any number.
struct Rate {
  uint64_t messages_per_second = 0;
  uint64_t bytes_per_second = 0;

  bool operator==(const Rate&) const = default;
  bool unlimited() const { return messages_per_second == 0 && bytes_per_second == 0; }
};

// The lower of each.
constexpr Rate lower(const Rate& a, const Rate& b) {
  const auto low = [](uint64_t x, uint64_t y) { return x == 0 || y == 0 ? std::max(x, y) : std::min(x, y); };
  return {low(a.messages_per_second, b.messages_per_second), low(a.bytes_per_second, b.bytes_per_second)};
}

// Kept as the time at which the bucket was, or will be, empty: no timer fills it.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit TokenBucket(uint64_t per_second) : per_second_(per_second) {}

  // More may be taken than there is; then the bucket is empty until that has flowed in. Precondition: an
  // amount below 2^31.
  void take(Time now, uint64_t amount) {
    if (per_second_ == 0) return;
    constexpr uint64_t second_ns = 1'000'000'000;
    empty_at_ = std::max(empty_at_, now - std::chrono::seconds(1)) +
                std::chrono::nanoseconds((amount * second_ns + per_second_ - 1) / per_second_);
  }
  // Nothing may be taken before refilled_at().
  bool empty(Time now) const { return per_second_ > 0 && empty_at_ >= now; }
  // When the next one is in an empty bucket, or several if they flow fast: who waits for it does not wake for
  // each.
  Time refilled_at() const {
    constexpr auto shortest = std::chrono::milliseconds(10);
    const auto one = std::chrono::nanoseconds(std::chrono::seconds(1)) / static_cast<int64_t>(per_second_);
    return empty_at_ + std::max<std::chrono::nanoseconds>(one, shortest);
  }

 private:
  uint64_t per_second_;
  Time empty_at_{};
};

// The two buckets of one peer.
class RateMeter {
 public:
  using Time = TokenBucket::Time;

  explicit RateMeter(const Rate& rate)
      : rate_(rate), messages_(rate.messages_per_second), bytes_(rate.bytes_per_second) {}

  const Rate& rate() const { return rate_; }
  void take_message(Time now) { messages_.take(now, 1); }
  void take_bytes(Time now, uint64_t bytes) { bytes_.take(now, bytes); }
  bool over(Time now) const { return messages_.empty(now) || bytes_.empty(now); }
  // When it may go on. Precondition: over(now).
  Time goes_on_at(Time now) const {
    Time at = now;
    for (const TokenBucket* bucket : {&messages_, &bytes_})
      if (bucket->empty(now)) at = std::max(at, bucket->refilled_at());
    return at;
  }

 private:
  Rate rate_;
  TokenBucket messages_, bytes_;
};

}  // namespace transport

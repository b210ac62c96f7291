#include "router/backpressure.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace router {
namespace {

// Bytes of a stream that wait for a peer before its source is slowed down.
constexpr size_t high_water = 1024 * 1024;

}  // namespace

void Backpressure::on_sent(const SessionRef& source) {
  const size_t queued = sender_.connection().queued_bytes();
  if (source.session && queued > high_water) choke(source);
  if (queued > sender_.max_queued_bytes() / 2) [[unlikely]]
    clog();
}

void Backpressure::check() {
  const size_t queued = sender_.connection().queued_bytes();
  if (queued <= sender_.low_water()) {
    end_choke();
    return unclog();
  }
  if (queued >= choked_bytes_) return;
  choked_bytes_ = queued;
  choked_since_ = worker_.loop().now();
}

void Backpressure::clog() {
  if (std::exchange(clogged_, true)) return;
  member_.clogged.store(true, std::memory_order_relaxed);
  choke(member_.ref);
}

void Backpressure::unclog() {
  if (!std::exchange(clogged_, false)) return;
  member_.clogged.store(false, std::memory_order_relaxed);
  realm_.on_unclogged(member_);
}

void Backpressure::choke(const SessionRef& source) {
  if (std::find(choked_.begin(), choked_.end(), source) != choked_.end()) return;
  if (choked_.empty()) {
    worker_.add_choked(*this);
    choked_bytes_ = sender_.connection().queued_bytes();
    choked_since_ = worker_.loop().now();
  }
  choked_.push_back(source);
  realm_.order(source, SessionOrder::Kind::pause);
}

void Backpressure::end_choke() {
  if (choked_.empty()) return;
  worker_.remove_choked(*this);
  for (const SessionRef& source : std::exchange(choked_, {}))
    realm_.order(source, SessionOrder::Kind::resume);
}

}  // namespace router

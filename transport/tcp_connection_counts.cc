// What a TcpConnection counts for: its address, and that it has not said yet what it wants.
#include <string>
#include <utility>

#include "transport/tcp_connection.h"

namespace transport {

// False: it has been refused.
bool TcpConnection::count_in() {
  // A proxy stands for many; its clients are counted when they are known.
  const auto& trusted = served_->options.trusted_proxies;
  if (!(trusted && trusted->contains(peer_address_)) && !count_address()) {
    end();
    return false;
  }
  if (is_fresh_) enter_half_open();
  return true;
}

bool TcpConnection::count_address() {
  if (peer_address_.starts_with("unix:")) return true;
  const size_t max = served_->options.limits.max_connections_per_address;
  is_address_counted_ = served_->counts->add_from(peer_address_, max);
  if (!is_address_counted_) {
    state_.counters.refused_address.add();
    remark("refused: there are " + std::to_string(max) + " connections from its address already");
  }
  return is_address_counted_;
}

void TcpConnection::leave_address() {
  if (std::exchange(is_address_counted_, false)) served_->counts->remove_from(peer_address_);
}

// With too many, the one that has taken longest so far goes: a new one may be a client in a crowd of others
// that want nothing.
void TcpConnection::enter_half_open() {
  is_half_open_ = true;
  half_open_place_ = state_.half_open.insert(state_.half_open.end(), this);
  const size_t count = served_->counts->half_open.fetch_add(1, std::memory_order_relaxed) + 1;
  if (count <= served_->options.limits.max_half_open) return;
  for (TcpConnection* const oldest : state_.half_open) {
    if (oldest == this) return;
    if (oldest->served_->counts != served_->counts) continue;
    oldest->remark("ended: " + std::to_string(count - 1) + " connections have sent no request yet");
    return oldest->drop("no request so far, and too many others", &Counters::closed_half_open);
  }
}

void TcpConnection::leave_half_open() {
  if (!std::exchange(is_half_open_, false)) return;
  state_.half_open.erase(half_open_place_);
  served_->counts->half_open.fetch_sub(1, std::memory_order_relaxed);
}

void TcpConnection::leave_counts() {
  state_.connection_count.fetch_sub(1, std::memory_order_relaxed);
  served_->counts->open.fetch_sub(1, std::memory_order_relaxed);
  leave_address();
}

}  // namespace transport

#include "transport/stream/peer.h"

#include <utility>

#include "transport/stream/stream.h"

namespace transport {

Peer::Peer(Stream& stream, std::string address) : stream_(stream), address_(std::move(address)) {}

void Peer::remark(const std::string& what) const {
  stream_.served()->service.remark(address_, what);
}

void Peer::count_refused(const std::string& why, Counter& counter) const {
  counter.add();
  stream_.served()->service.on_refused(address_, why);
}

bool Peer::count_in(bool fresh) {
  // A proxy stands for many; its clients are counted when they are known.
  const auto& trusted = stream_.served()->options.trusted_proxies;
  if (!(trusted && trusted->contains(address_)) && !count_address()) return false;
  if (fresh) enter_half_open();
  return true;
}

bool Peer::come_from(const std::string& client) {
  if (client == address_) return true;
  stream_.served()->service.remark(client, "has come via " + address_);
  leave_address();
  address_ = client;
  return count_address();
}

bool Peer::count_address() {
  if (address_.starts_with("unix:")) return true;
  const size_t max = stream_.limits().max_connections_per_address;
  is_address_counted_ = stream_.served()->counts->add_from(address_, max);
  if (!is_address_counted_) {
    stream_.state().counters.refused_address.add();
    remark("refused: there are " + std::to_string(max) + " connections from its address already");
  }
  return is_address_counted_;
}

void Peer::leave_address() {
  if (std::exchange(is_address_counted_, false)) stream_.served()->counts->remove_from(address_);
}

// With too many, the one that has taken longest so far goes: a new one may be a client in a crowd of others
// that want nothing.
void Peer::enter_half_open() {
  auto& half_open = stream_.state().half_open;
  half_open_place_ = half_open.insert(half_open.end(), this);
  is_half_open_ = true;
  const auto& counts = stream_.served()->counts;
  const size_t count = counts->half_open.fetch_add(1, std::memory_order_relaxed) + 1;
  if (count <= stream_.limits().max_half_open) return;
  for (Peer* const oldest : half_open) {
    if (oldest == this) return;
    if (oldest->stream_.served()->counts != counts) continue;
    oldest->remark("ended: " + std::to_string(count - 1) + " connections have sent no request yet");
    return oldest->stream_.drop("no request so far, and too many others", &Counters::closed_half_open);
  }
}

void Peer::leave_half_open() {
  if (!std::exchange(is_half_open_, false)) return;
  stream_.state().half_open.erase(half_open_place_);
  stream_.served()->counts->half_open.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace transport

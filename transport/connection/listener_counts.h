// The connections of one listener, on all loops together, and the sessions that have none of their own
// (long-poll). Any thread.
//
// An IPv6 network of 64 bits counts as one address, as one client has all of it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "transport/locks/mutex.h"
#include "transport/socket/address.h"

namespace transport {

class ListenerCounts : public std::enable_shared_from_this<ListenerCounts> {
 public:
  std::atomic<size_t> open = 0;
  std::atomic<size_t> half_open = 0;  // of those, whose first request has not come

  // One more connection from that address; false, and it is not counted, if there are `max` already.
  bool add_from(std::string_view peer, size_t max) {
    const Lock lock(mutex_);
    Counts& counts = by_network_[network_of(peer)];
    if (counts.connections >= max) return false;
    ++counts.connections;
    return true;
  }
  void remove_from(std::string_view peer) {
    const Lock lock(mutex_);
    const auto found = by_network_.find(network_of(peer));
    if (found == by_network_.end() || found->second.connections == 0) return;
    --found->second.connections;
    erase_if_none(found);
  }
  size_t networks() const {
    const Lock lock(mutex_);
    return by_network_.size();
  }

  // What a session without a connection of its own has among them, as long as this lives.
  class Place {
   public:
    Place(std::shared_ptr<ListenerCounts> counts, std::string network)
        : counts_(std::move(counts)), network_(std::move(network)) {}
    Place(Place&&) = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (counts_) counts_->leave(network_);
    }

   private:
    std::shared_ptr<ListenerCounts> counts_;
    const std::string network_;  // empty: it counts for none
  };
  // For the client of a request. Nothing if there are `max` connections and sessions beside the request's own
  // connection, or `max_per_address` from its address. Connections are not refused because of sessions: these
  // would be cut off by that.
  std::optional<Place> take_place(std::string_view peer, size_t max, size_t max_per_address) {
    const Lock lock(mutex_);
    if (open + sessions_ > max) return std::nullopt;
    std::string network = network_of(peer);
    if (!network.empty()) {
      Counts& counts = by_network_[network];
      if (counts.connections + counts.sessions > max_per_address) return std::nullopt;
      ++counts.sessions;
    }
    ++sessions_;
    return Place(shared_from_this(), std::move(network));
  }

 private:
  struct Counts {
    size_t connections = 0, sessions = 0;
  };
  using ByNetwork = std::map<std::string, Counts>;

  void leave(const std::string& network) {
    const Lock lock(mutex_);
    --sessions_;
    if (const auto found = by_network_.find(network); found != by_network_.end()) {
      --found->second.sessions;
      erase_if_none(found);
    }
  }
  void erase_if_none(ByNetwork::iterator found) REQUIRES(mutex_) {
    if (found->second.connections == 0 && found->second.sessions == 0) by_network_.erase(found);
  }

  mutable Mutex mutex_;
  size_t sessions_ GUARDED_BY(mutex_) = 0;
  ByNetwork by_network_ GUARDED_BY(mutex_);  // none is 0
};

}  // namespace transport

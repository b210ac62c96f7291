// The routes that one worker has found for URIs, so that it need not take a realm's lock to find them again.
//
// Bounded by a number of routes and by bytes; it grows with use, and no change of it moves all that is there.
// Who was not looked up since its last turn gives way first ("second chance"). A route that is there may have
// become old: the stamp tells. One thread's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "router/matching/stamped_route.h"
#include "router/tables/linear_hash_table.h"
#include "router/tables/seeded_hash.h"
#include "transport/memory/account.h"
#include "transport/memory/allocated.h"
#include "transport/memory/has_memory_for.h"

namespace router {

template <class Route>
class RouteCache {
 public:
  struct Bounds {
    size_t routes = 131'072;
    size_t bytes = size_t{32} << 20;
  };

  RouteCache() : RouteCache(transport::Charge()) {}
  // `charge` pays for it.
  explicit RouteCache(transport::Charge charge) : RouteCache(std::move(charge), Bounds()) {}
  RouteCache(transport::Charge charge, const Bounds& bounds) : bounds_(bounds), charge_(std::move(charge)) {}

  // What is there for the URI, if it is what would be found now; else what find_anew() finds, which stands in
  // `made`. Valid until the next one.
  template <class FindAnew>
  const StampedRoute<Route>& look_up(std::string_view uri, const RouteGenerations& generations,
                                     StampedRoute<Route>& made, const FindAnew& find_anew) {
    const StampedRoute<Route>* const found = find(uri);
    if (found && generations.is_current(found->stamp)) return *found;
    made = find_anew();
    put(uri, made);
    return made;
  }
  // Null: it is not there. Valid until the next put().
  const StampedRoute<Route>* find(std::string_view uri) {
    Entry* const entry = find_entry(seeded_hash(uri), uri);
    if (entry) entry->is_used = true;
    return entry ? &entry->found : nullptr;
  }

  // In place of what is there for the URI. It is not kept if it takes a large part of the cache alone, or if
  // there is no memory.
  void put(std::string_view uri, const StampedRoute<Route>& found) noexcept {
    const bool is_kept = found.bytes() <= bounds_.bytes / most_part;
    const uint64_t hash = seeded_hash(uri);
    if (Entry* const old = find_entry(hash, uri))
      set(*old, is_kept ? found : StampedRoute<Route>());
    else if (is_kept)
      transport::has_memory_for([&] { set(add(hash, uri), found); });
    for (int chances = most_chances; is_above_bounds();) let_one_go(chances);
    charge_.set(bytes_);
  }

  size_t size() const { return tables_ ? tables_->by_uri.size() : 0; }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string uri;
    StampedRoute<Route> found;
    bool is_used = false;
  };
  struct Tables {
    LinearHashTable<Entry> by_uri;
    std::deque<Entry*> turns;  // who gives way next
  };
  // So that few have to go for one, and no put() takes long.
  static constexpr size_t most_part = 128;
  static constexpr int most_chances = 16;

  static size_t bytes_of(std::string_view uri) {
    constexpr size_t in_tables = 32;
    return transport::allocated(sizeof(Entry) + in_tables) + transport::allocated(uri.size() + 1);
  }
  bool is_above_bounds() const { return size() > bounds_.routes || bytes_ > bounds_.bytes; }
  Entry* find_entry(uint64_t hash, std::string_view uri) {
    if (!tables_) return nullptr;
    return tables_->by_uri.find(hash, [uri](const Entry& entry) { return entry.uri == uri; });
  }
  Entry& add(uint64_t hash, std::string_view uri) {
    if (!tables_) tables_ = std::make_unique<Tables>();
    auto made = LinearHashTable<Entry>::make(hash, Entry{std::string(uri), {}, false});
    std::deque<Entry*>& turns = tables_->turns;
    turns.push_back(nullptr);
    bytes_ += bytes_of(uri);
    return *(turns.back() = &tables_->by_uri.add(std::move(made)));
  }
  void set(Entry& entry, const StampedRoute<Route>& found) {
    bytes_ += found.bytes() - entry.found.bytes();
    entry.found = found;
  }
  // The first in the queue, or the first that has not been used since it came to the end of it.
  void let_one_go(int& chances) {
    auto& [by_uri, turns] = *tables_;
    for (; chances > 0 && turns.front()->is_used; --chances) {
      Entry* const entry = turns.front();
      if (!transport::has_memory_for([&all = turns, entry] { all.push_back(entry); })) break;
      turns.pop_front();
      entry->is_used = false;
    }
    Entry* const entry = turns.front();
    turns.pop_front();
    bytes_ -= bytes_of(entry->uri) + entry->found.bytes();
    by_uri.remove(seeded_hash(entry->uri), [entry](const Entry& other) { return &other == entry; });
  }

  const Bounds bounds_;
  std::unique_ptr<Tables> tables_;  // null: nothing was put there yet
  size_t bytes_ = 0;
  transport::Charge charge_;
};

}  // namespace router

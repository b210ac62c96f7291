// The URIs that one worker uses most, and numbers of each: the Space-Saving algorithm (Metwally, Agrawal, El
// Abbadi: "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005).
//
// A URI has a place. One that comes when all places are taken gets that of the URI with the lowest count,
// goes on counting from there, and that count is the bound of its error. So no count is too low, none is too
// high by more than its bound, and a URI that came more often than the lowest count has a place.
//
// Counted by its owner's thread only, which takes no lock. Any thread reads: a place that changes hands
// meanwhile is read again, or left out. Who remembers a place (a Ref) counts without a search, and such
// numbers as are made for it (TopicNumbers::events) from any thread. A pinned URI keeps its place for ever.
// Bounded by `places`; the memory of it is charged.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/base/clock.h"
#include "transport/counters/counter.h"
#include "transport/memory/account.h"
#include "transport/memory/allocated.h"
#include "transport/memory/has_memory_for.h"

namespace router {

// A text that one thread writes and any thread reads, word by word; whether the words belong together is for
// the reader to find out. A long one is cut.
class SharedText {
 public:
  static constexpr size_t longest = 255;  // bytes

  void set(std::string_view text);
  std::string get() const;

 private:
  std::array<std::atomic<uint64_t>, (longest + 1) / sizeof(uint64_t)> words_{};
  std::atomic<size_t> size_{0};
};

// URIs that keep their places.
struct PinnedUris {
  enum class As : uint8_t { none, by_name, by_pattern };
  std::function<As(std::string_view uri)> as = {};  // null: none is pinned
  size_t names = 0;                                 // so many by name
};

// `Numbers`: of one URI. It has clear(), of the owner, and Total, which is made of it by any thread.
template <class Numbers>
class UriSummary {
 public:
  static constexpr size_t places = 256;

  class Place {
   public:
    Numbers numbers;

   private:
    friend class UriSummary;
    transport::Counter count;
    // Whose it is: changes with each URI; odd while it changes. Other threads look at it often, so nothing
    // that changes often stands near.
    alignas(alignof(Numbers)) std::atomic<uint64_t> hand{0};
    transport::Counter error_bound;
    std::atomic<SteadyTime> since{};
    SharedText text;
    std::atomic<bool> is_pinned{false};
    std::string uri;  // the owner's
  };

  // The place of a URI, as long as it has it. The owner's, but that any thread may have numbers(), of which
  // what is added while the place changes hands may count for the next URI. Lives shorter than the summary.
  struct Ref {
    Place* place = nullptr;
    uint64_t hand = 0;

    bool is_current() const { return place && place->hand.load(std::memory_order_relaxed) == hand; }
    // Null: it has lost its place.
    Numbers* numbers() const { return is_current() ? &place->numbers : nullptr; }
    // Precondition: is_current().
    const std::string& uri() const { return place->uri; }
  };

  explicit UriSummary(transport::Charge charge = {}) : charge_(std::move(charge)) {}
  UriSummary(const UriSummary&) = delete;
  ~UriSummary() {
    for (auto& block : blocks_) delete block.load(std::memory_order_relaxed);
  }

  // Which URIs keep their place, at most half of all. Once, before it counts.
  void pin(PinnedUris pinned) { pinned_uris_ = std::move(pinned); }

  // One more of the URI. `ref`: its own, or one of nothing; what it is from now on. Without memory for a
  // place it is of nothing, and nothing was counted.
  void count(Ref& ref, std::string_view uri, const Clock& clock) {
    if (!ref.is_current()) [[unlikely]] {
      ref = find(uri, clock);
      if (!ref.place) return;
    }
    ref.place->count.add();
  }

  // Of a URI that has a place; null: it has none.
  Numbers* numbers_of(std::string_view uri) {
    const auto found = index_.find(uri);
    return found == index_.end() ? nullptr : &found->second->numbers;
  }

  struct Total {
    std::string uri;  // the beginning of a long one
    uint64_t count = 0, error_bound = 0;
    bool is_pinned = false;
    SteadyTime since;  // it has its place
    typename Numbers::Total numbers;
  };
  // Any thread.
  std::vector<Total> totals() const {
    std::vector<Total> all;
    for (const auto& block : blocks_) {
      const Block* const some = block.load(std::memory_order_acquire);
      if (!some) break;
      for (const Place& place : *some) read(place, all);
    }
    return all;
  }

 private:
  static constexpr size_t block_size = 16;
  static constexpr size_t most_pinned = places / 2;
  using Block = std::array<Place, block_size>;

  [[gnu::noinline]] Ref find(std::string_view uri, const Clock& clock) {
    if (const auto found = index_.find(uri); found != index_.end()) return ref_of(*found->second);
    Place* taken = nullptr;
    transport::has_memory_for([&] { taken = take(uri, clock.turn_time()); });
    return taken ? ref_of(*taken) : Ref();
  }
  static Ref ref_of(Place& place) { return {&place, place.hand.load(std::memory_order_relaxed)}; }

  // Null: all are pinned.
  Place* take(std::string_view uri, SteadyTime now) {
    // Nothing throws once the index lacks the one that gives way.
    std::string own(uri), key(uri);
    const PinnedUris::As as = pinned_uris_.as ? pinned_uris_.as(uri) : PinnedUris::As::none;
    const bool is_pinned = has_room_for(as);
    Place* const place = used_ < places ? add() : lowest();
    if (!place) return nullptr;
    if (place->uri.empty()) {
      index_.emplace(std::move(key), place);
      ++used_;
    } else {
      auto node = index_.extract(place->uri);
      node.key() = std::move(key);
      index_.insert(std::move(node));
    }
    bytes_ += 2 * transport::allocated(own.size() + 1);
    bytes_ -= place->uri.empty() ? 0 : 2 * transport::allocated(place->uri.size() + 1);
    pinned_ += is_pinned;
    pinned_by_pattern_ += is_pinned && as == PinnedUris::As::by_pattern;
    place->uri = std::move(own);
    change_hands(*place, is_pinned, now);
    charge_.set(bytes_);
    return place;
  }
  Place* add() {
    auto& block = blocks_[used_ / block_size];
    if (!block.load(std::memory_order_relaxed)) {
      block.store(new Block(), std::memory_order_release);
      bytes_ += transport::allocated(sizeof(Block));
    }
    return &(*block.load(std::memory_order_relaxed))[used_ % block_size];
  }
  // Counts only grow, so what was passed by is above the lowest of this round.
  Place* lowest() {
    for (int rounds = 0; rounds < 2; ++rounds) {
      for (; next_ < places; ++next_)
        if (Place& place = at(next_); !is_pinned(place) && place.count.value() <= lowest_count_)
          return &place;
      next_ = 0;
      lowest_count_ = UINT64_MAX;
      for (size_t i = 0; i < places; ++i)
        if (const Place& place = at(i); !is_pinned(place))
          lowest_count_ = std::min(lowest_count_, place.count.value());
    }
    return nullptr;
  }
  // Those that are pinned by name have room, however many are by pattern.
  bool has_room_for(PinnedUris::As as) const {
    if (as == PinnedUris::As::none || pinned_ >= most_pinned) return false;
    const size_t for_names = std::min(pinned_uris_.names, most_pinned);
    return as == PinnedUris::As::by_name || pinned_by_pattern_ < most_pinned - for_names;
  }
  static bool is_pinned(const Place& place) { return place.is_pinned.load(std::memory_order_relaxed); }
  Place& at(size_t place) {
    return (*blocks_[place / block_size].load(std::memory_order_relaxed))[place % block_size];
  }

  // Readers see either what was before or what is then, or that the number is odd or another one.
  static void change_hands(Place& place, bool is_pinned, SteadyTime now) {
    const uint64_t hand = place.hand.load(std::memory_order_relaxed);
    place.hand.store(hand + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    place.error_bound.set(place.count.value());
    place.is_pinned.store(is_pinned, std::memory_order_relaxed);
    place.since.store(now, std::memory_order_relaxed);
    place.text.set(place.uri);
    place.numbers.clear();
    place.hand.store(hand + 2, std::memory_order_release);
  }
  static void read(const Place& place, std::vector<Total>& all) {
    constexpr int most_tries = 8;
    for (int tries = 0; tries < most_tries; ++tries) {
      const uint64_t hand = place.hand.load(std::memory_order_acquire);
      if (hand == 0) return;
      Total total{place.text.get(),
                  place.count.value(),
                  place.error_bound.value(),
                  is_pinned(place),
                  place.since.load(std::memory_order_relaxed),
                  typename Numbers::Total(place.numbers)};
      std::atomic_thread_fence(std::memory_order_acquire);
      if (hand % 2 != 0 || place.hand.load(std::memory_order_relaxed) != hand) continue;
      return all.push_back(std::move(total));
    }
  }

  std::array<std::atomic<Block*>, places / block_size> blocks_{};  // filled from the front
  std::map<std::string, Place*, std::less<>> index_;
  PinnedUris pinned_uris_;
  size_t used_ = 0, pinned_ = 0, pinned_by_pattern_ = 0;
  size_t next_ = 0;            // place to look at for the lowest count
  uint64_t lowest_count_ = 0;  // no place that may be taken has less
  size_t bytes_ = 0;
  transport::Charge charge_;
};

}  // namespace router

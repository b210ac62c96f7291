// Work under the realm's lock that may be more than one turn with the lock has time for.
//
// Whoever takes the lock begins a turn, which has some steps; one is about what a request does. Work that is
// begun goes on as long as the turn has steps left. What it leaves is done later, in turns of its own
// (Realm), and in between others have the lock. So it finds what it is about by ids, as anything may have
// gone meanwhile, and nothing may depend on when it is done. What different requests have left is done in
// turn, as one that is fed with more may never end. Part of the realm's state, behind its lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <list>
#include <utility>
#include <vector>

#include "router/id_map.h"

namespace router {

class LeftoverWork {
 public:
  void begin_turn() {
    steps_ = steps_of_turn;
    has_left_some_ = std::exchange(is_orphaned_, false);
    has_bundle_ = false;
  }
  // Before each part of some work. False: it is left for another turn. The last part may take more than there
  // are.
  bool take_steps(size_t steps = 1) {
    if (steps_ <= 0) return false;
    steps_ -= static_cast<std::ptrdiff_t>(steps);
    return true;
  }

  // `work` does some of itself and takes steps for it; true: all of it is done. If there is no memory for
  // some of it, it is tried again later.
  template <class Work>
  void add(Work work) {
    try {
      if (goes_on(work)) return;
    } catch (...) {
      leave(std::move(work));
      is_orphaned_ = true;
      throw;
    }
    leave(std::move(work));
  }
  // Since the turn began.
  bool has_left_some() const { return has_left_some_; }
  // What earlier turns have left counts as left by this one.
  void take_over() { has_left_some_ = has_left_some_ || !empty(); }

  bool empty() const { return bundles_.empty(); }
  // Precondition: not empty. A turn for what has waited longest for one; what comes of some work is done
  // before the rest of it.
  void go_on() {
    begin_turn();
    Bundle& bundle = bundles_.front();
    adopt(bundle);
    struct Going {
      bool& goes_on;
      explicit Going(bool& flag) : goes_on(flag) { goes_on = true; }
      ~Going() { goes_on = false; }
    };
    bool done = false;
    {
      const Going going(goes_on_);
      done = goes_on(bundle.front());
    }
    if (done) bundle.pop_front();
    adopt(bundle);
    if (bundle.empty())
      bundles_.pop_front();
    else
      bundles_.splice(bundles_.end(), bundles_, bundles_.begin());
  }

  // do_one(value) for some of the table's entries, which takes them out; true: it was the last. `from`: 0 at
  // first, then what was left there. They come in the order of their ids if they are few.
  template <class Value, class Do>
  bool take_some(const IdMap<Value>& table, uint64_t& from, Do do_one) {
    if (table.empty()) return true;
    std::vector<uint64_t> ids;
    const uint64_t next = table.visit_some(from, [&ids](uint64_t id, const Value&) { ids.push_back(id); });
    std::sort(ids.begin(), ids.end());
    for (const uint64_t id : ids) {
      if (!take_steps()) return false;
      // One may take others along.
      if (const Value* value = table.find(id)) do_one(*value);
    }
    from = table.empty() ? 0 : next;
    return table.empty();
  }

 private:
  static constexpr std::ptrdiff_t steps_of_turn = 100;

  // What one request has left, and what has come of it; never empty between turns.
  using Bundle = std::deque<std::function<bool()>>;

  template <class Work>
  void leave(Work&& work) {
    if (goes_on_) {
      born_.emplace_back(std::forward<Work>(work));
    } else if (has_bundle_) {
      bundles_.back().emplace_back(std::forward<Work>(work));
    } else {
      std::list<Bundle> fresh(1);
      fresh.front().emplace_back(std::forward<Work>(work));
      bundles_.splice(bundles_.end(), fresh);
      has_bundle_ = true;
    }
    has_left_some_ = true;
  }
  void adopt(Bundle& bundle) {
    if (born_.empty()) return;
    bundle.insert(bundle.begin(), std::make_move_iterator(born_.begin()),
                  std::make_move_iterator(born_.end()));
    born_.clear();
  }

  template <class Work>
  bool goes_on(Work& work) {
    while (steps_ > 0) {
      if (work()) return true;
      take_steps();
    }
    return false;
  }

  std::list<Bundle> bundles_;
  Bundle born_;              // of the work that goes on
  bool has_bundle_ = false;  // the last one is of this turn
  std::ptrdiff_t steps_ = steps_of_turn;
  bool goes_on_ = false, has_left_some_ = false;
  bool is_orphaned_ = false;  // some was left by a turn that ended before it could say so
};

}  // namespace router

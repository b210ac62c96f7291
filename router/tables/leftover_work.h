// Work under the realm's lock that may be more than one turn with the lock has time for. (A realm has one
// for each worker, too, which needs no lock: for the calls of members that have left.)
//
// Whoever takes the lock begins a turn, which has some steps; one is about what a request does. Work that is
// begun goes on as long as the turn has steps left. What it leaves is done later, in turns of its own
// (Realm), and in between others have the lock. So it finds what it is about by ids, or stands in it, as
// anything may have gone meanwhile, and nothing may depend on when it is done. What different requests have
// left is done in turn, as one that is fed with more may never end. Part of the realm's state, behind its
// lock.
//
// If there is no memory for some of it, it is tried again later. So all that it does is done as a whole or
// not at all, and what must not fail is done by a Work that was made beforehand.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "router/tables/id_map.h"
#include "transport/memory/has_memory_for.h"

namespace router {

class LeftoverWork {
  // Of a ring.
  struct Link {
    Link* before = this;
    Link* behind = this;

    Link() = default;
    Link(const Link&) = delete;
    ~Link() { take_out(); }
    bool is_alone() const { return behind == this; }
    void take_out() {
      before->behind = behind;
      behind->before = before;
      before = behind = this;
    }
    void insert_before(Link& other) {
      before = other.before;
      behind = &other;
      before->behind = other.before = this;
    }
    // All of the other ring, but `others` itself, in the same order.
    void take_in_front(Link& others) {
      if (others.is_alone()) return;
      before->behind = others.behind;
      others.behind->before = before;
      before = others.before;
      before->behind = this;
      others.before = others.behind = &others;
    }
  };

 public:
  // Longer than this the sessions of the thread that does it do not wait.
  static constexpr auto most_at_a_time = std::chrono::milliseconds(1);
  // Until it is tried again.
  static constexpr auto pause_without_memory = std::chrono::milliseconds(10);

  // Stands in what it is about, and is left no longer when that goes.
  class Work : private Link {
   public:
    virtual ~Work() {
      if (followers_.is_alone()) return;
      Work& next = first_of(followers_);
      next.insert_before(*this);
      next.followers_.take_in_front(followers_);
    }

   private:
    friend class LeftoverWork;
    // Of the same request, to be done behind it; only of one that stands in the queue itself.
    Link followers_;
    // Does some of itself and takes steps for it; true: all of it is done, and this may be no more.
    virtual bool go_on() = 0;
    // The queue is no more.
    virtual void abandon() {}
  };

  LeftoverWork() = default;
  LeftoverWork(const LeftoverWork&) = delete;
  ~LeftoverWork() {
    while (!queue_.is_alone()) {
      Work& first = first_of(queue_);
      queue_.take_in_front(first.followers_);
      first.abandon();
    }
  }

  void begin_turn() {
    steps_ = steps_of_turn;
    has_bundle_ = false;
  }
  // Before each part of some work. False: it is left for another turn. The last part may take more than there
  // are.
  bool take_steps(size_t steps = 1) {
    if (steps_ <= 0) return false;
    steps_ -= static_cast<std::ptrdiff_t>(steps);
    return true;
  }

  // Precondition: it is not left from before.
  void add(Work& work) noexcept {
    if (!is_done_at_once(work)) leave(work);
  }
  // The same for some that other requests feed, so that it may never end: nothing that the turn's request
  // leaves waits for it.
  void add_apart(Work& work) noexcept {
    if (!is_done_at_once(work)) work.insert_before(has_bundle_ ? *queue_.before : queue_);
  }
  // The same for some that is its own owner. `go_on` is Work::go_on().
  template <class GoOn>
  class Own final : public Work {
   public:
    explicit Own(GoOn go_on) : go_on_(std::move(go_on)) {}

   private:
    bool go_on() override {
      if (!go_on_()) return false;
      delete this;
      return true;
    }
    void abandon() override { delete this; }

    GoOn go_on_;
  };
  template <class GoOn>
  static std::unique_ptr<Own<GoOn>> make(GoOn go_on) {
    return std::make_unique<Own<GoOn>>(std::move(go_on));
  }
  template <class GoOn>
  void add(std::unique_ptr<Own<GoOn>> work) noexcept {
    Work& left = *work.release();
    add(left);
  }
  template <std::invocable GoOn>
  void add(GoOn go_on) {
    add(make(std::move(go_on)));
  }

  // Since it was asked last.
  bool has_left_some() { return std::exchange(has_left_some_, false); }
  // What earlier turns have left counts as left by this one.
  void take_over() { has_left_some_ = has_left_some_ || !empty(); }

  bool empty() const { return queue_.is_alone(); }
  // Precondition: not empty. A turn for the request whose work has waited longest for one; what comes of some
  // work is done before the rest of it.
  void go_on() {
    begin_turn();
    Work& first = first_of(queue_);
    Going going(*this, first);
    if (goes_on(first)) going.rest = nullptr;
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

  // Some work, until it has had its turn; then what has come of it, what is left of it and what stood behind
  // it go to the end of the queue.
  struct Going {
    Going(LeftoverWork& of_all, Work& work) : all(of_all), rest(&work) {
      followers.take_in_front(work.followers_);
      all.goes_on_ = true;
    }
    ~Going() {
      all.goes_on_ = all.has_left_some_ = false;
      if (rest) rest->insert_before(all.born_);
      all.born_.take_in_front(followers);
      if (all.born_.is_alone()) return;
      Work& next = first_of(all.born_);
      next.followers_.take_in_front(all.born_);
      next.insert_before(all.queue_);
    }
    LeftoverWork& all;
    Work* rest;
    Link followers;
  };

  // Precondition: there is one. Takes it out.
  static Work& first_of(Link& ring) {
    Link& first = *ring.behind;
    first.take_out();
    return static_cast<Work&>(first);
  }
  bool is_done_at_once(Work& work) noexcept {
    bool done = false;
    transport::has_memory_for([&] { done = goes_on(work); });
    has_left_some_ = has_left_some_ || !done;
    return done;
  }
  void leave(Work& work) {
    if (goes_on_) return work.insert_before(born_);
    const bool follows = has_bundle_ && !queue_.is_alone();
    work.insert_before(follows ? static_cast<Work&>(*queue_.before).followers_ : queue_);
    has_bundle_ = true;
  }
  bool goes_on(Work& work) {
    while (steps_ > 0) {
      if (work.go_on()) return true;
      take_steps();
    }
    return false;
  }

  Link queue_;               // for each request, the first of what it has left
  Link born_;                // of the work that goes on
  bool has_bundle_ = false;  // the last in the queue is of this turn's request
  std::ptrdiff_t steps_ = steps_of_turn;
  bool goes_on_ = false, has_left_some_ = false;
};

}  // namespace router

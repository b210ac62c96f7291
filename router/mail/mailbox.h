// Where a worker finds what realms, and sessions of other workers, have for its sessions. Threads meet here,
// with the realms' locks or without.
//
// It is bounded by those who post: one that finds it full remembers that, and its session is not read until
// the owner has caught up (Session::wait_for_worker).
//
// Entries come out in the order in which they were posted: those of one thread, and those of several whose
// posting was ordered, by a lock (the realm's) or a number (a fence's). A part of its worker. Realms and
// other workers hold a pointer to it and may outlive it, but post nothing any more: before workers go, all
// sessions have ended and realms are closed.
#pragma once

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

#include "router/base/mutex.h"
#include "router/mail/delivery.h"
#include "router/mail/mail_list.h"

namespace router {

class Mailbox {
 public:
  // `wake` makes the owner drain soon; called by other threads than the owner's, once per batch: at once by
  // those that own none, by owners in wake_others().
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}
  // The calling thread, if it has posted here or is the owner, forgets that.
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;

  // The calling thread is the owner from now on: its own posts need neither lock nor wake-up.
  void bind_to_this_thread();

  // Wakes those to whom this thread has posted. An owner calls it often, and not while it holds a lock:
  // waking is a system call.
  static void wake_others();

  // Any thread. Makes the D, a kind of Mail, in its place, as some are big to move.
  template <class D, class... Arguments>
  void post(Arguments&&... arguments) {
    if (!is_of_this_thread())
      return post_from_outside(Mail(std::in_place_type<D>, std::forward<Arguments>(arguments)...));
    take_from_others();
    own_.emplace_back(std::in_place_type<D>, std::forward<Arguments>(arguments)...);
  }

  // Owner only. How much it has posted to itself since the last drain.
  size_t own_count() const { return own_.size(); }

  // Any thread. So much from others waits that their sessions should.
  bool full() const { return full_.load(std::memory_order_relaxed); }
  // One that this thread has posted to since the last call and that was full; null: none.
  static const Mailbox* take_overfilled() {
    return overfilled_ ? std::exchange(overfilled_, nullptr) : nullptr;
  }

  // Any thread. How much others have posted that the owner has not taken yet.
  size_t waiting_count() const;
  // Bytes of its payloads.
  size_t waiting_bytes() const;

  // Owner only. What was posted, oldest first; the list given is swapped in to be filled next.
  void drain(MailList& entries);

 private:
  bool is_of_this_thread() const;
  void post_from_outside(Mail&& mail);
  void take_from_others() {
    if (from_others_waiting_.load(std::memory_order_acquire)) move_from_others();
  }
  void move_from_others();

  static constexpr size_t max_mail = 16384;
  static constexpr size_t max_payload_bytes = 32 * 1024 * 1024;
  static inline thread_local constinit const Mailbox* overfilled_ = nullptr;

  const std::function<void()> wake_;
  MailList own_;  // the owner's: drained first, so what others posted before is moved here first
  std::atomic<bool> from_others_waiting_{false};
  std::atomic<bool> full_{false};  // written under mutex_
  mutable Mutex mutex_{"a mailbox"};
  MailList from_others_ GUARDED_BY(mutex_);
  size_t payload_bytes_ GUARDED_BY(mutex_) = 0;  // of from_others_
};

}  // namespace router

// A mutex that is held for a short time only: a build with assertions measures it.
//
// Nothing whose size a client chooses may run for long under a lock, as all others wait for it. So in a build
// without NDEBUG the processor's time that a thread takes between lock and unlock is measured, and above a
// bound the program ends with a message. What the thread waits, or others take of the processor, does not
// count. With NDEBUG a Mutex is a std::mutex.
//
// Clang checks what is guarded (transport/locks/mutex.h, which has one that is not measured). Any thread.
#pragma once

#include <chrono>
#include <mutex>
#include <shared_mutex>

#include "transport/locks/mutex.h"

namespace router {

// How long one thread has held a lock, and the bound of it.
class HeldTime {
 public:
  using Duration = std::chrono::nanoseconds;
  using Clock = Duration (*)();

  // What the calling thread has taken of the processor.
  static Duration thread_time();

#ifdef WAMPD_SANITIZED
  static constexpr int slower = 100;
#else
  static constexpr int slower = 50;  // without optimisation
#endif
  // A millisecond of the program that is used, by what this build is slower; and some more, as on a machine
  // that is shared a thread's time has what others take of its processor.
  static constexpr Duration usual_bound = slower * std::chrono::milliseconds(1);

  // `what` is locked; the text outlives it.
  explicit HeldTime(const char* what, Duration bound = usual_bound, Clock clock = thread_time)
      : what_(what), bound_(bound), clock_(clock) {}

  void begin() {
    begun_ = clock_();
  }
  // Ends the program if that was too long.
  void end() const {
    if (const Duration held = clock_() - begun_; held > bound_) fail(held);
  }

 private:
  [[noreturn]] void fail(Duration held) const;

  const char* const what_;
  const Duration bound_;
  const Clock clock_;
  Duration begun_{};
};

#ifdef NDEBUG
// Nothing is measured.
struct NoHeldTime {
  explicit NoHeldTime(const char*) {}
  void begin() {}
  void end() const {}
};
using WatchedTime = NoHeldTime;
#else
using WatchedTime = HeldTime;
#endif

template <class Kind>
class CAPABILITY("mutex") WatchedMutex {
 public:
  // `what` it locks, for the message.
  explicit WatchedMutex(const char* what) : held_(what) {}

  void lock() ACQUIRE() {
    mutex_.lock();
    held_.begin();
  }
  void unlock() RELEASE() {
    held_.end();
    mutex_.unlock();
  }
  // Of a SharedMutex. Who only reads is not measured.
  void lock_shared() ACQUIRE_SHARED() { mutex_.lock_shared(); }
  void unlock_shared() RELEASE_SHARED() { mutex_.unlock_shared(); }

 private:
  Kind mutex_;
  [[no_unique_address]] WatchedTime held_;
};

using Mutex = WatchedMutex<std::mutex>;
// Many may read, or one may write.
using SharedMutex = WatchedMutex<std::shared_mutex>;

using transport::Lock;

class SCOPED_CAPABILITY ReadLock {
 public:
  explicit ReadLock(SharedMutex& mutex) ACQUIRE_SHARED(mutex) : mutex_(mutex) { mutex_.lock_shared(); }
  ~ReadLock() RELEASE() { mutex_.unlock_shared(); }
  ReadLock(const ReadLock&) = delete;

 private:
  SharedMutex& mutex_;
};

}  // namespace router

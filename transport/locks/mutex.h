// A mutex, and the words with which code says what it guards. Clang checks them (-Wthread-safety): a build
// with it fails where something guarded is used without its lock.
//
// Any thread. With another compiler the words mean nothing.
#pragma once

#include <mutex>

#if defined(__clang__)
#define TRANSPORT_ATTRIBUTE(x) __attribute__((x))
#else
#define TRANSPORT_ATTRIBUTE(x)
#endif
#define CAPABILITY(name) TRANSPORT_ATTRIBUTE(capability(name))
#define SCOPED_CAPABILITY TRANSPORT_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(mutex) TRANSPORT_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(...) TRANSPORT_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) TRANSPORT_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) TRANSPORT_ATTRIBUTE(acquire_shared_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) TRANSPORT_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define RELEASE(...) TRANSPORT_ATTRIBUTE(release_capability(__VA_ARGS__))
#define RELEASE_SHARED(...) TRANSPORT_ATTRIBUTE(release_shared_capability(__VA_ARGS__))

namespace transport {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  bool try_lock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

// Locks as long as it lives, or until unlock(). M: a Mutex of any kind.
template <class M>
class SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(M& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  // It is locked already.
  Lock(M& mutex, std::adopt_lock_t) REQUIRES(mutex) : mutex_(mutex) {}
  ~Lock() RELEASE() {
    if (locked_) mutex_.unlock();
  }
  Lock(const Lock&) = delete;

  void unlock() RELEASE() {
    locked_ = false;
    mutex_.unlock();
  }

 private:
  M& mutex_;
  bool locked_ = true;
};

}  // namespace transport

// Locks, as long as it lives or until unlock(), and sends what its thread has posted before it unlocks: so
// what several threads post under one lock comes out of a mailbox in that order.
#pragma once

#include "router/base/mutex.h"
#include "router/mail/outbox.h"

namespace router {

class SCOPED_CAPABILITY SendingLock {
 public:
  explicit SendingLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~SendingLock() RELEASE() {
    if (locked_) unlock();
  }
  SendingLock(const SendingLock&) = delete;

  void unlock() RELEASE() {
    Mailbox::send_out();
    locked_ = false;
    mutex_.unlock();
  }

 private:
  Mutex& mutex_;
  bool locked_ = true;
};

}  // namespace router

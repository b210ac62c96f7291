// Locks, as long as it lives or until unlock(), and sends what its thread has posted before it unlocks: so
// what several threads post under one lock comes out of a mailbox in that order.
#pragma once

#include "router/base/mutex.h"
#include "router/mail/outbox.h"

namespace router {

class SCOPED_CAPABILITY SendingLock : Lock<Mutex> {
 public:
  explicit SendingLock(Mutex& mutex) ACQUIRE(mutex) : Lock(mutex) {}
  ~SendingLock() RELEASE() { Mailbox::send_out(); }

  void unlock() RELEASE() {
    Mailbox::send_out();
    Lock::unlock();
  }
};

}  // namespace router

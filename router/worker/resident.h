// Who lives on a worker, as the worker knows it: to whom mail comes, and for whom time passes.
//
// All functions are called on the worker's thread. What there is no memory for costs a resident its
// connection().
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "router/base/clock.h"
#include "router/mail/delivery.h"
#include "transport/connection/connection.h"

namespace router {

class CatchUpBudget;
class EventRound;

// How the router shuts down.
struct Drain {
  std::chrono::milliseconds window{0};  // in which sessions are told to go, each at a time of its own
  SteadyTime deadline{};                // when calls in flight are waited for no longer
  uint32_t retry_after_ms = 0;          // clients are to come back after this time and up to as long again
};

// Why somebody has something to do at the end of a turn, in the order in which it is done.
enum class TurnEnd : uint8_t {
  choked,   // much waits for its peer, until it does not; before mail is delivered
  ready,    // requests that were held may be carried out; once
  behind,   // events wait for room in the connection's queue, until none do
  waiting,  // it is not read until another worker has taken what it has sent it; looked at every millisecond
            // instead
};
constexpr size_t turn_end_count = 4;

// To whom an address leads.
class Addressee {
 public:
  // There was no memory for something that came for it.
  virtual void on_out_of_memory() = 0;

  virtual void deliver(Delivery& delivery) = 0;
  // An event to which it has subscribed.
  virtual void deliver(EventRound&, config::SlowConsumer) {}
  virtual void deliver(KeptEvents&) {}
  virtual void obey(SessionOrder&) {}
  virtual void take(Invoke&&) {}
  virtual void take(Answer&&) {}
  virtual void take(CallNotice&&) {}
  virtual void take(Fenced&&) {}

 protected:
  ~Addressee() = default;
};

// Who has a connection, a part in the end of turns, and hears when the router shuts down.
class Resident {
 public:
  // While it is one.
  virtual transport::Connection& connection() const = 0;

  // ---- the end of a turn: only for whom Worker::add_to_turn_end() was called

  virtual void on_turn_end(TurnEnd) {}
  // TurnEnd::behind. True: there is room for more than the budget had.
  virtual bool catch_up(CatchUpBudget&) { return false; }

  // ---- time, and the end: only between Worker::add_open() and remove_open()

  // Once a second.
  virtual void sweep(SteadyTime) {}
  // The router shuts down; this one is told so after that time at the earliest.
  virtual void begin_drain(std::chrono::milliseconds) {}
  // Often, from then on.
  virtual void continue_drain(const Drain&) {}
  // The worker has stopped.
  virtual void end() {}

  // Why it has something to do; the worker's.
  std::bitset<turn_end_count> turn_ends;

 protected:
  ~Resident() = default;
};

}  // namespace router

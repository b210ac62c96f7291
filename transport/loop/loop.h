// One thread's event loop: its io_context, its clock, and what is done at the end of each turn.
//
// A turn is all that became ready at once. During a turn connections read and queue frames; at its end the
// turn-end callback runs first (the router delivers its mailbox there), then every connection that has
// something queued does one gather write. All members but post() and stop() are for the loop's own thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <asio/io_context.hpp>

namespace transport {

class Account;
class AccountHolder;
class HeldBytes;
struct Counters;

class Loop {
 public:
  using Clock = std::chrono::steady_clock;

  Loop();
  ~Loop();

  // Runs until stop(). The calling thread becomes the loop's thread.
  void run();

  // Any thread. The work runs on the loop's thread, in its order of posting, and makes a turn of its own.
  void post(std::function<void()> work);
  // Any thread. run() returns soon; nothing further is read or written.
  void stop();

  // Called at the end of every turn in which something happened, before the writes. Set once, before run().
  void set_turn_end(std::function<void()> callback);
  // Makes sure that a turn end comes, even if nothing else happens.
  void request_turn_end();

  // The time, read once per turn.
  Clock::time_point now() const;
  // That of the loop whose thread calls; the beginning of time on other threads.
  static Clock::time_point time_on_this_thread() { return time_of_turn_; }

  // Runs `work` once after `delay`, on the loop's thread; never if the loop stops before.
  void after(Clock::duration delay, std::function<void()> work);

  // For whom how much memory is held: Connection::share().
  struct Holder {
    size_t bytes = 0;
    std::shared_ptr<const Account> account;
  };
  // Those for whom it is at least so much.
  std::vector<Holder> holders(size_t least) const;
  // Memory is short: their connections end.
  void end(const std::vector<Holder>& holders);
  // As long as memory is short: no message that is longer may begin to come in. SIZE_MAX: it is not.
  void limit_messages(size_t max_size);
  // For the peers of all connections together. Any thread.
  const HeldBytes& held() const;

  // For the peer of somebody without a socket who lives here, and who may be made to give way.
  std::shared_ptr<Account> new_account() const;
  void add_holder(std::weak_ptr<AccountHolder> holder);

  // The bytes of what has come in, is not whole or not read yet, and is in no Buffer, where it would count as
  // live. Any thread.
  std::ptrdiff_t input_outside_buffers() const;

  // Connections open on this loop: how the listener picks the least-loaded one. Any thread.
  size_t connection_count() const;

  // What it has counted. Any thread.
  const Counters& counters() const;

  asio::io_context& io();

  struct State;
  State& state() { return *state_; }

 private:
  static inline thread_local constinit Clock::time_point time_of_turn_{};

  std::unique_ptr<State> state_;
};

}  // namespace transport

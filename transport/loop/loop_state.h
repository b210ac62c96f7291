// The inside of a Loop: what its residents and listeners need of it.
//
// On the loop's thread only, but for what it counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "transport/counters/counters.h"
#include "transport/loop/loop.h"
#include "transport/loop/resident.h"
#include "transport/memory/account.h"
#include "transport/memory/buffer.h"
#include "transport/memory/has_memory_for.h"

namespace transport {

class Peer;

struct Loop::State {
  State();
  ~State();

  // From now on it lives here.
  void add(std::unique_ptr<Resident> resident);

  // Everything that happens on the loop calls this first.
  void begin_turn();
  // Does it. False: there was not enough memory for it.
  template <class Work>
  bool has_memory_for(Work&& work) {
    if (transport::has_memory_for(work)) return true;
    counters.out_of_memory.add();
    return false;
  }
  // Does something for one of them. If there is not enough memory for it, that costs this one and nobody
  // else.
  template <class Work>
  void do_for(Resident& resident, Work work) {
    if (!has_memory_for(work)) resident.on_out_of_memory();
  }
  void request_turn_end();
  void read_clock();

  // At the end of the turn it is to write, or to be buried.
  void add_unwritten(Resident& resident);
  // The same, and so much is queued there that it may as well be written before the turn's end.
  void add_full(Resident& resident) { full_.push_back(&resident); }
  void add_ended(Resident& resident);
  // It is looked at often, until look_for_life() says that this will do.
  void add_probed(Resident& resident);
  void remove_probed(Resident& resident) {
    std::erase(probed_, &resident);
    // While these are gone through.
    std::replace(looked_at_.begin(), looked_at_.end(), &resident, static_cast<Resident*>(nullptr));
  }
  // Writes what those have queued, while it is in the processor's cache. After each read.
  void write_full();
  // Writes before the turn's end if so much was queued that it would leave the processor's cache.
  void write_early() {
    if (Buffer::created_bytes() - created_bytes_ > max_unwritten_bytes) write_all();
  }

  // Looks at all deadlines as of `time`. Called by a timer; by tests with any time.
  void sweep(Clock::time_point time);
  // From now on as often as that, or more often.
  void sweep_every(Clock::duration interval);

  // No message that is longer may begin to come in.
  void limit_messages(size_t max_size);

  // visit(AccountHolder&) for each of them and of the others, which must neither make nor destroy one.
  template <class Visit>
  void for_each_holder(Visit visit);

  // Destroys one that is closed and has no operation pending.
  void remove(Resident& resident);
  // Destroys all of them; nobody is told.
  void remove_all();

  // Those not destroyed yet; may be more than are open.
  size_t held_connections() const { return residents_.size(); }

  asio::io_context io;
  std::function<void()> turn_end;
  Clock::time_point now;
  std::atomic<size_t> connection_count{0};
  Counters counters;
  // For the peers of all residents.
  const std::shared_ptr<HeldBytes> held = std::make_shared<HeldBytes>();
  std::atomic<std::ptrdiff_t> input_in_buffers{0};
  // That somebody else owns; some may be no more.
  std::vector<std::weak_ptr<AccountHolder>> others;
  size_t max_message_size = SIZE_MAX;  // as long as memory is short; the residents have their own

  // Of those whose first request has not come, the oldest first.
  std::list<Peer*> half_open;

  // Shared by all residents, one after the other: an idle connection has no buffer.
  std::vector<char> read_buffer;
  std::vector<char> write_scratch;

 private:
  // Measured: with more than this queued in a turn, frames have left the cache when they are written.
  static constexpr size_t max_unwritten_bytes = 128 * 1024;

  void end_turn();
  void write_all();
  void bury_ended();
  void request_unless_collecting();
  void wait_for_sweep();
  void look_at_probed();

  bool turn_end_posted_ = false;
  bool collecting_ = false;  // the turn's end is running: what is added now is still dealt with in it
  std::vector<Resident*> unwritten_;
  std::vector<Resident*> full_;
  std::vector<Resident*> ended_;   // with room for all, as the next
  std::vector<Resident*> buried_;  // while they are told
  std::vector<Resident*> probed_, looked_at_;
  std::vector<std::unique_ptr<Resident>> residents_;
  size_t created_bytes_ = 0;  // Buffer::created_bytes() when everything was last written
  Clock::duration sweep_interval_;
  bool sweep_waiting_ = false;
  asio::steady_timer sweep_timer_;
  asio::steady_timer probe_timer_;
};

}  // namespace transport

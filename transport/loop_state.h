// The inside of a Loop: what its connections and listeners need of it.
//
// On the loop's thread only, but for adopt() and what it counts.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "transport/connection.h"
#include "transport/counters.h"
#include "transport/has_memory_for.h"
#include "transport/listener_counts.h"
#include "transport/loop.h"
#include "transport/socket.h"
#include "transport/tls_stream.h"

namespace transport {

class TcpConnection;

// What connections of one listener share. Immutable but for the counts, which outlive a change of the rest.
struct Served {
  Service& service;
  const ConnectionOptions options;
  const std::shared_ptr<ListenerCounts> counts;
};

// What a connection is made of: fresh from accept, or with all that it has when it comes from another loop.
struct Arrival {
  Descriptor descriptor;
  std::unique_ptr<TlsStream> tls = {};
  std::string read = {};          // what was read of it already
  std::string peer_address = {};  // empty: that of the descriptor
  bool fresh = true;
};

struct Loop::State {
  State();
  ~State();

  // Any thread: makes a connection of it, which counts from now on.
  void adopt(Loop& loop, Arrival arrival, std::shared_ptr<const Served> served);

  // Everything that happens on the loop calls this first.
  void begin_turn();
  // Does it. False: there was not enough memory for it.
  template <class Work>
  bool has_memory_for(Work&& work) {
    if (transport::has_memory_for(work)) return true;
    counters.out_of_memory.add();
    return false;
  }
  // Does something for one connection. If there is not enough memory for it, that costs this connection and
  // nobody else.
  template <class Work>
  void do_for(TcpConnection& connection, Work work);
  void request_turn_end();
  void read_clock();

  // At the end of the turn `connection` is to write, or to tell its receiver that it is gone.
  void add_unwritten(TcpConnection& connection);
  // The same, and so much is queued there that it may as well be written before the turn's end.
  void add_full(TcpConnection& connection) { full_.push_back(&connection); }
  void add_ended(TcpConnection& connection);
  // It is looked at often, until look_for_life() says that this will do.
  void add_probed(TcpConnection& connection);
  void remove_probed(TcpConnection& connection) { std::erase(probed_, &connection); }
  // Writes what those have queued, while it is in the processor's cache. After each read.
  void write_full();
  // Writes before the turn's end if so much was queued that it would leave the processor's cache.
  void write_early() {
    if (Buffer::created_bytes() - created_bytes_ > max_unwritten_bytes) write_all();
  }

  // Looks at all deadlines as of `time`. Called by a timer; by tests with any time.
  void sweep(Clock::time_point time);

  // No message that is longer may begin to come in.
  void limit_messages(size_t max_size);

  // visit(Connection&) for each, which must neither make nor destroy one.
  template <class Visit>
  void for_each_connection(Visit visit);

  // Destroys a connection that is closed and has no operation pending.
  void remove(TcpConnection& connection);
  // Destroys all connections and their receivers; nobody is told.
  void remove_all();

  // Those not destroyed yet; may be more than are open.
  size_t held_connections() const { return connections_.size(); }

  asio::io_context io;
  std::function<void()> turn_end;
  Clock::time_point now;
  std::atomic<size_t> connection_count{0};
  Counters counters;
  // For the peers of all connections.
  const std::shared_ptr<HeldBytes> held = std::make_shared<HeldBytes>();
  std::atomic<std::ptrdiff_t> input_in_buffers{0};
  // Connections that somebody else owns; some may be no more.
  std::vector<std::weak_ptr<Connection>> others;
  size_t max_message_size = SIZE_MAX;  // as long as memory is short; the connections have their own

  // Connections whose first request has not come, the oldest first.
  std::list<TcpConnection*> half_open;

  // Shared by all connections, one after the other: an idle connection has no buffer.
  std::vector<char> read_buffer;
  std::vector<char> write_scratch;

 private:
  // Measured: with more than this queued in a turn, frames have left the cache when they are written.
  static constexpr size_t max_unwritten_bytes = 128 * 1024;

  void take_in(Loop& loop, Arrival arrival, const std::shared_ptr<const Served>& served);
  void end_turn();
  void write_all();
  void bury_ended();
  void request_unless_collecting();
  void schedule_sweep(const ConnectionLimits& limits);
  void wait_for_sweep();
  void look_at_probed();

  bool turn_end_posted_ = false;
  bool collecting_ = false;  // the turn's end is running: what is added now is still dealt with in it
  std::vector<TcpConnection*> unwritten_;
  std::vector<TcpConnection*> full_;
  std::vector<TcpConnection*> ended_;   // with room for all, as the next
  std::vector<TcpConnection*> buried_;  // while they are told
  std::vector<TcpConnection*> probed_;
  std::vector<std::unique_ptr<TcpConnection>> connections_;
  size_t created_bytes_ = 0;  // Buffer::created_bytes() when everything was last written
  Clock::duration sweep_interval_;
  bool sweep_waiting_ = false;
  asio::steady_timer sweep_timer_;
  asio::steady_timer probe_timer_;
};

}  // namespace transport

// One accepted socket: its TLS, what is read and written in the loop's turns, the memory that is held for its
// peer, and its end. What is spoken over it is a Talk's concern.
//
// Lives on its loop's thread; the loop owns it and destroys it once it is closed and no operation of it is
// pending. Who sits on it is told at the end of a turn only, so never inside a call of its own.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "transport/loop/loop_state.h"
#include "transport/loop/resident.h"
#include "transport/socket/socket.h"
#include "transport/stream/arrival.h"
#include "transport/stream/peer.h"
#include "transport/stream/stream_input.h"
#include "transport/stream/stream_output.h"
#include "transport/stream/talk.h"

namespace transport {

class Stream final : public Resident {
 public:
  Stream(Loop& loop, Arrival arrival, std::shared_ptr<const Served> served);
  // Once: what is spoken first, and what was read before.
  void start(std::unique_ptr<Talk> talk, std::span<char> read);

  Loop& loop() const { return loop_; }
  Loop::State& state() const { return state_; }
  const std::shared_ptr<const Served>& served() const { return served_; }
  const ConnectionLimits& limits() const { return served_->options.limits; }
  Socket& socket() { return socket_; }
  Peer& peer() { return peer_; }
  StreamInput& input() { return input_; }
  StreamOutput& output() { return output_; }
  Talk& talk() { return *talk_; }

  // ---- for its talk

  // When the present call of the talk's is over.
  void hand_over_to(std::unique_ptr<Talk> next) { next_ = std::move(next); }
  // False: it ends, or has ended; nothing more is received.
  bool talking() const { return stage_ == Stage::talking; }
  bool closed() const { return stage_ == Stage::closed; }

  // From now. `renewed`: it begins anew whenever the peer takes something.
  void set_deadline(int timeout_ms, bool renewed = false);
  bool is_late(Loop::Clock::time_point now) const { return now >= deadline_; }

  // These are the last words (null: there are none), and what comes in is thrown away. The end of the socket
  // comes at once when they are written; or after the peer's, so that they are not lost if it is still
  // sending.
  enum class Then : uint8_t { close, await_peer };
  void finish(BufferRef last_words, Then then);
  // The last words were not taken in time, or the peer has not left.
  void end_late();
  // Without another word. The first reason that is set counts.
  void drop(std::string why, CounterOf counter);
  void end();
  void set_reason(CloseReason reason);
  const CloseReason* reason() const;  // null: there is none
  // The talk's tell_end() is called at the end of the turn.
  void tell_end_later();
  // The descriptor goes to another loop; then this one must be ended.
  std::pair<Descriptor, std::unique_ptr<TlsStream>> release();

  // ---- for its input and output

  // At the beginning of all that the loop calls later. False: nothing is to be done.
  bool is_usable(asio::error_code error);
  // After each call of the talk's that gives it something.
  void begin_next_talk();
  // Nothing more comes in.
  void close_when_written() { close_when_written_ = true; }
  // The peer has taken something, or all.
  void on_taken();
  void on_all_written();

  // ---- for its loop

  size_t share() const override;
  void give_way(size_t held) override;
  void write_queued() override { output_.write_queued(); }
  void write_full() override { output_.write_full(); }
  void sweep(Loop::Clock::time_point now) override;
  bool look_for_life() override { return talking() && talk_->look_for_life(); }
  void limit_messages() override { talk_->limit_messages(); }
  void bury() override;
  void abandon() override { stage_ = Stage::closed; }
  void on_out_of_memory() override;

 private:
  enum class Stage : uint8_t {
    talking,
    ending,  // the last words are on their way
    closed,  // nothing more is done with the socket
  };

  void count_own();
  void leave_counts();

  Loop& loop_;
  Loop::State& state_;
  const std::shared_ptr<const Served> served_;
  Socket socket_;
  Peer peer_;
  StreamInput input_;
  StreamOutput output_;
  std::unique_ptr<Talk> talk_, next_;
  std::unique_ptr<CloseReason> reason_;  // the first one counts
  Loop::Clock::time_point deadline_;
  int renewed_deadline_ms_ = 0;  // 0: it is not
  const bool is_fresh_;          // of accept, not of another loop
  Stage stage_ = Stage::talking;
  bool in_ended_ = false;
  bool lacks_memory_ = false;  // there was none for what it wants
  bool close_when_written_ = false;
  bool socket_closed_ = false;
  bool abort_ = false;  // the peer takes nothing: do not let the kernel try
};

}  // namespace transport

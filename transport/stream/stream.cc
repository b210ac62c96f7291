#include "transport/stream/stream.h"

#include <algorithm>
#include <utility>

#include "transport/memory/allocated.h"

namespace transport {
namespace {

// Made beforehand.
const CloseReason lack_of_memory{0, false, "there is no memory for what it wants", &Counters::closed_memory};

// Deadlines are met within a quarter of the shortest of them.
Loop::Clock::duration sweep_interval_of(const ConnectionLimits& limits) {
  constexpr auto fastest_sweep = std::chrono::milliseconds(10);
  int shortest_ms = limits.handshake_timeout_ms;
  for (int timeout_ms :
       {limits.ping_interval_ms, limits.ping_timeout_ms, limits.close_timeout_ms, limits.message_window_ms}) {
    if (timeout_ms > 0) shortest_ms = std::min(shortest_ms, timeout_ms);
  }
  return std::max<Loop::Clock::duration>(std::chrono::milliseconds(shortest_ms / 4), fastest_sweep);
}

}  // namespace

Stream::Stream(Loop& loop, Arrival arrival, std::shared_ptr<const Served> served)
    : Resident(std::make_shared<Account>(loop.state().held)),
      loop_(loop),
      state_(loop.state()),
      served_(std::move(served)),
      socket_(state_.io, std::move(arrival.descriptor), std::move(arrival.tls)),
      peer_(*this, arrival.peer_address.empty() ? socket_.peer_address() : std::move(arrival.peer_address)),
      input_(*this),
      output_(*this),
      is_fresh_(arrival.fresh) {
  set_deadline(limits().handshake_timeout_ms);
}

void Stream::start(std::unique_ptr<Talk> talk, std::span<char> read) {
  talk_ = std::move(talk);
  state_.sweep_every(sweep_interval_of(limits()));
  count_own();
  if (!peer_.count_in(is_fresh_)) return end();
  talk_->begin();
  input_.begin(read);
}

void Stream::count_own() {
  account()->set(Holding::connection,
                 allocated(sizeof(Stream)) + allocated(sizeof(Account)) + allocated(talk_->own_bytes()));
}

void Stream::begin_next_talk() {
  if (!next_) [[likely]]
    return;
  talk_ = std::move(next_);
  count_own();
  talk_->begin();
}

bool Stream::is_usable(asio::error_code error) {
  state_.begin_turn();
  if (closed()) {
    tell_end_later();
    return false;
  }
  if (error) drop("the socket cannot be watched: " + error.message(), &Counters::closed_failed);
  return !error;
}

void Stream::on_taken() {
  if (renewed_deadline_ms_ > 0) set_deadline(renewed_deadline_ms_, true);
}

void Stream::on_all_written() {
  if (talking()) return talk_->on_all_written();
  if (closed()) return;
  if (close_when_written_) return end();
  // Closing now would reset the connection if the peer is still sending, and it might never see what was
  // written.
  socket_.shut_down_sending();
  set_deadline(limits().close_timeout_ms);
}

// ---- memory

size_t Stream::share() const {
  const size_t total = account()->total();
  return total - std::min(total, output_.shared() + talk_->shared_bytes());
}

void Stream::give_way(size_t held) {
  if (talking() && talk_->says_goodbye(held)) return;
  drop("the router is short of memory", &Counters::closed_memory);
}

// Perhaps in the middle of a read of this one, which has made others be written. Needs no memory.
void Stream::on_out_of_memory() {
  if (closed()) return;
  abort_ = lacks_memory_ = true;
  end();
}

// ---- the end

void Stream::set_deadline(int timeout_ms, bool renewed) {
  deadline_ = state_.now + std::chrono::milliseconds(timeout_ms);
  renewed_deadline_ms_ = renewed ? timeout_ms : 0;
}

void Stream::sweep(Loop::Clock::time_point now) {
  if (talking()) return talk_->sweep(now);
  if (!closed() && is_late(now)) end_late();
}

void Stream::finish(BufferRef last_words, Then then) {
  stage_ = Stage::ending;
  close_when_written_ = then == Then::close;
  input_.count();  // of which some may have been given back
  output_.set_max_held(SIZE_MAX);
  if (last_words)
    output_.queue(std::move(last_words));
  else if (output_.bytes() == 0)
    on_all_written();
}

void Stream::end_late() {
  state_.counters.close_timeouts.add();
  abort_ = true;
  end();
}

void Stream::drop(std::string why, CounterOf counter) {
  if (closed()) return;
  abort_ = true;
  set_reason({0, false, std::move(why), counter});
  end();
}

void Stream::end() {
  stage_ = Stage::closed;
  peer_.leave_half_open();
  output_.clear();
  talk_->on_end();
  tell_end_later();
}

void Stream::set_reason(CloseReason reason) {
  if (!reason_) reason_ = std::make_unique<CloseReason>(std::move(reason));
}

const CloseReason* Stream::reason() const {
  return reason_ ? reason_.get() : lacks_memory_ ? &lack_of_memory : nullptr;
}

void Stream::tell_end_later() {
  if (!std::exchange(in_ended_, true)) state_.add_ended(*this);
}

void Stream::bury() {
  in_ended_ = false;
  talk_->tell_end();
  if (!closed()) return;
  // Not while any of it is looked at.
  talk_->give_back_input();
  input_.count();
  if (!std::exchange(socket_closed_, true)) {
    abort_ ? socket_.abort() : socket_.close();
    (state_.counters.*(reason() ? reason()->counter : &Counters::closed_answered)).add();
    leave_counts();
  }
  if (!input_.waits() && !output_.waits() && !talk_->operation_pending()) state_.remove(*this);
}

void Stream::leave_counts() {
  state_.connection_count.fetch_sub(1, std::memory_order_relaxed);
  served_->counts->open.fetch_sub(1, std::memory_order_relaxed);
  peer_.leave_address();
}

std::pair<Descriptor, std::unique_ptr<TlsStream>> Stream::release() {
  leave_counts();
  socket_closed_ = true;
  return socket_.release();
}

}  // namespace transport

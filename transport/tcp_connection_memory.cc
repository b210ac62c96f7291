// What memory a TcpConnection holds for its peer, and how much it may be.
#include <algorithm>
#include <utility>

#include "transport/tcp_connection.h"

namespace transport {

void TcpConnection::count_input() {
  size_t held = allocated(unread_) + allocated(unread_batch_), in_buffers = 0;
  if (const auto* const websocket = std::get_if<WebSocketCodec>(&codec_)) [[likely]] {
    held += websocket->held();
    in_buffers = websocket->held_in_buffers();
  } else if (const auto* const rawsocket = std::get_if<RawSocketCodec>(&codec_)) {
    held += rawsocket->held();
    in_buffers = rawsocket->held_in_buffers();
  }
  account()->set(Holding::input, held);
  if (in_buffers != counted_input_) {
    const size_t before = std::exchange(counted_input_, in_buffers);
    state_.input_in_buffers.fetch_add(
        static_cast<std::ptrdiff_t>(in_buffers) - static_cast<std::ptrdiff_t>(before),
        std::memory_order_relaxed);
  }
}

void TcpConnection::count_queued() {
  const size_t queued = queued_bytes();
  state_.counters.queued_bytes.add(queued - std::exchange(counted_queued_, queued));
  account()->set(Holding::output, queued_memory() + queue_.own_held());
}

size_t TcpConnection::share() const {
  const size_t total = account()->total();
  const size_t shared = queue_.held() - queue_.share() + (receiver_ ? receiver_->shared_bytes() : 0);
  return total - std::min(total, shared);
}

// ---- peers that nobody knows yet

bool TcpConnection::takes_of_unknown(size_t size) {
  if (stage_ != Stage::open) return true;
  unknown_bytes_ += size;
  if (unknown_bytes_ <= served_->options.limits.max_bytes_of_unknown) return true;
  fail_as_unknown();
  return false;
}

void TcpConnection::fail_as_unknown() {
  fail(close_code::message_too_big, "more than " +
                                        std::to_string(served_->options.limits.max_bytes_of_unknown) +
                                        " bytes from somebody who is not known yet");
}

void TcpConnection::set_known(bool known) {
  known_ = known;
  unknown_bytes_ = 0;
  // What waits for somebody who was known still goes out.
  if (known) max_queued_bytes_ = served_->options.limits.max_queued_bytes;
  limit_messages();
}

size_t TcpConnection::longest_message() const {
  const ConnectionLimits& limits = served_->options.limits;
  const size_t longest = framing_ == Framing::rawsocket ? announced_rawsocket_length(limits.max_message_size)
                                                        : limits.max_message_size;
  return std::min({longest, state_.max_message_size, known_ ? SIZE_MAX : limits.max_bytes_of_unknown});
}

void TcpConnection::limit_messages() {
  if (auto* const websocket = std::get_if<WebSocketCodec>(&codec_))
    websocket->set_max_message_size(longest_message());
  else if (auto* const rawsocket = std::get_if<RawSocketCodec>(&codec_))
    rawsocket->set_max_frame_size(longest_message());
}

// ---- when memory is short

void TcpConnection::give_way(size_t held) {
  if (stage_ == Stage::open) receiver_->on_give_way(held);
  if (stage_ == Stage::opening && posted_) {
    remark("ended: the router is short of memory");
    return respond(text_response(503, "the server is short of memory"));
  }
  // With little more to come it may say its last words.
  constexpr size_t little = 64 * 1024;
  const bool may_say_goodbye = stage_ == Stage::closing && account()->of(Holding::input) <= little;
  if (!may_say_goodbye) drop("the router is short of memory", &Counters::closed_memory);
}

// Not while any of it is looked at.
void TcpConnection::give_back_input() {
  codec_.emplace<std::monostate>();
  give_back(unread_);
  give_back(unread_batch_);
  count_input();
}

// Perhaps in the middle of a read of this connection, which has made others be written. Needs no memory.
void TcpConnection::on_out_of_memory() {
  if (stage_ == Stage::closed) return;
  abort_ = lacks_memory_ = true;
  end();
}

}  // namespace transport

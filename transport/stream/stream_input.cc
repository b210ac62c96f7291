#include "transport/stream/stream_input.h"

#include <string>
#include <utility>

#include <asio/post.hpp>

#include "transport/stream/stream.h"

namespace transport {

void StreamInput::begin(std::span<char> read) {
  if (!read.empty()) receive(read);
  wait();
}

void StreamInput::wait() {
  if (waits() || ended_ || stream_.closed() || stream_.talk().paused()) return;
  stream_.socket().wait_readable([this](asio::error_code error) {
    waits_ = false;
    if (stream_.is_usable(error)) stream_.state().do_for(stream_, [this] { on_readable(); });
  });
  waits_ = true;
}

void StreamInput::on_readable() {
  // What was read before comes first, though this wait may have begun before that was kept.
  if (stream_.talk().paused() || go_on_posted_) return;
  if (!stream_.talking() || !stream_.talk().on_readable()) read();
  stream_.begin_next_talk();
  wait();
}

void StreamInput::read() {
  Loop::State& state = stream_.state();
  const std::span<char> room = stream_.talking() ? stream_.talk().room() : std::span<char>();
  const Socket::Result result =
      stream_.socket().read_some(room.empty() ? std::span(state.read_buffer) : room);
  if (result.outcome == Socket::Outcome::done) {
    state.counters.bytes_received.add(result.size);
    if (stream_.talking()) {
      stream_.talk().on_heard();
      if (room.empty())
        receive({state.read_buffer.data(), result.size});
      else
        stream_.talk().filled(result.size);
      stream_.talk().on_read_end();
      count();
    }
    state.write_full();
  } else if (result.outcome != Socket::Outcome::would_block) {
    on_end(result);
  } else if (stream_.socket().tls() && stream_.talking()) {
    stream_.talk().on_heard();  // a part of a record
  }
}

void StreamInput::receive(std::span<char> bytes) {
  stream_.talk().receive(bytes);
  stream_.begin_next_talk();
}

void StreamInput::go_on() {
  if (stream_.closed()) return;
  if (!stream_.talk().has_unread() || go_on_posted_) return wait();
  asio::post(stream_.state().io, [this] {
    go_on_posted_ = false;
    if (stream_.is_usable({}) && !stream_.talk().paused())
      stream_.state().do_for(stream_, [this] { receive_unread(); });
  });
  go_on_posted_ = true;
}

void StreamInput::receive_unread() {
  if (stream_.talking())
    stream_.talk().read_on();
  else
    stream_.talk().give_back_input();
  stream_.begin_next_talk();
  count();
  wait();
}

void StreamInput::on_end(const Socket::Result& result) {
  const bool failed = result.outcome == Socket::Outcome::failed;
  const bool was_ending = !stream_.talking();
  if (was_ending && !failed && !stream_.output().empty()) {
    // A client may end its side when its request is out, and still read the response.
    ended_ = true;
    return stream_.close_when_written();
  }
  std::string_view how;
  if (!was_ending) {
    how = stream_.talk().on_end_of_input(result);
    if (!stream_.talking()) return;
  }
  stream_.set_reason({0, true, failed ? stream_.socket().failure_text(result) : std::string(how),
                      failed       ? &Counters::closed_failed
                      : was_ending ? &Counters::closed_answered
                                   : &Counters::closed_by_peer});
  stream_.end();
}

void StreamInput::count() {
  const Talk::Held held = stream_.talk().held_input();
  stream_.account()->set(Holding::input, held.bytes);
  if (held.in_buffers == counted_) return;
  const size_t before = std::exchange(counted_, held.in_buffers);
  stream_.state().input_in_buffers.fetch_add(
      static_cast<std::ptrdiff_t>(held.in_buffers) - static_cast<std::ptrdiff_t>(before),
      std::memory_order_relaxed);
}

}  // namespace transport

#include "bench/load/connection.h"

#include <cerrno>
#include <stdexcept>

#include <sys/socket.h>

#include "bench/load/clock.h"
#include "client/wire/tcp.h"

namespace bench::load {

Connection::Connection(Loop& loop, Listener& listener, const wire::Endpoint& server,
                       const transport::TlsClient* tls, const Serializer& serializer)
    : loop_(loop),
      listener_(listener),
      framing_(framing_of(server.protocol)),
      serializer_(serializer),
      stream_(wire::connect(server, tls)) {
  wire::abort_on_close(stream_.socket());
  loop_.watch(stream_.socket(), this);
  outgoing() = framing_.opening(server, serializer);
}

std::string& Connection::outgoing() {
  send_soon();
  return outbox_.bytes();
}

void Connection::send_soon() {
  if (gathered_ || wants_write_) return;
  gathered_ = true;
  loop_.send_at_end_of_turn(*this);
}

void Connection::leave() {
  const std::string farewell = framing_.farewell();
  if (farewell.empty()) {
    stream_.end_writing();
  } else {
    outgoing().append(farewell);
  }
}

void Connection::stop_reading() {
  loop_.forget(stream_.socket());
  wire::shrink_receive_buffer(stream_.socket());
}

void Connection::go_dark() {
  loop_.forget(stream_.socket());
  wire::drop_what_comes(stream_.socket());
}

void Connection::on_event(uint32_t events) {
  if (closed_) return;
  if ((events & EPOLLOUT) != 0) send_gathered();
  if ((events & ~uint32_t{EPOLLOUT}) == 0) return;
  do {
    read();
  } while (!closed_ && stream_.holds_bytes());
}

void Connection::send_gathered() {
  gathered_ = false;
  if (!outbox_.send(stream_)) return;  // the next read tells what happened
  const bool wants_write = !outbox_.empty() && !stream_.waits_to_read();
  if (wants_write_ == wants_write) return;
  wants_write_ = wants_write;
  loop_.set_wants_write(stream_.socket(), this, wants_write_);
}

void Connection::read() {
  const ssize_t received = inbox_.read(stream_, loop_.buffer());
  if (stream_.waits_to_read()) send_soon();
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const uint64_t now = now_ns();
  if (received <= 0) {
    const std::string failure = stream_.failure();
    return close(failure.empty() ? "the server closed the connection" : failure, now);
  }
  ++loop_.reads;
  const std::span<char> bytes = inbox_.bytes();
  inbox_.consume(take_all({bytes.data(), bytes.size()}, now));
}

// Returns how much of `bytes` was complete.
size_t Connection::take_all(std::string_view bytes, uint64_t now_ns) {
  size_t done = 0;
  while (!closed_ && done < bytes.size()) {
    const std::string_view rest = bytes.substr(done);
    const size_t taken = open_ ? take_frame(rest, now_ns) : take_acceptance(rest, now_ns);
    if (taken == 0) break;
    done += taken;
  }
  return done;
}

size_t Connection::take_acceptance(std::string_view bytes, uint64_t now_ns) {
  Acceptance acceptance;
  try {
    acceptance = framing_.read_acceptance(bytes, serializer_);
  } catch (const std::runtime_error& error) {
    acceptance = {bytes.size(), error.what()};
  }
  if (acceptance.size == 0) return 0;
  if (acceptance.refusal.empty()) {
    open_ = true;
    max_message_size_ = acceptance.max_message_size;
    listener_.on_open(now_ns);
  } else {
    close(acceptance.refusal, now_ns);
  }
  return acceptance.size;
}

size_t Connection::take_frame(std::string_view bytes, uint64_t now_ns) {
  const Frame frame = framing_.read(bytes);
  if (frame.size == 0) return 0;
  if (frame.kind == Frame::Kind::message) {
    ++loop_.messages;
    listener_.on_message(frame.payload, now_ns);
  } else if (frame.kind == Frame::Kind::ping) {
    outgoing().append(framing_.pong(frame.payload));
  } else if (frame.kind == Frame::Kind::end) {
    close(framing_.end_reason(frame.payload), now_ns);
  }
  return frame.size;
}

void Connection::close(const std::string& why, uint64_t now_ns) {
  closed_ = true;
  loop_.forget(stream_.socket());  // it would go on telling of its end
  listener_.on_closed(why, now_ns);
}

}  // namespace bench::load

#include "bench/load/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <sys/socket.h>

#include "bench/load/clock.h"
#include "bench/load/tally.h"
#include "bench/wire/upgrade.h"

namespace bench::load {

namespace {

std::string close_reason(std::string_view payload) {
  if (payload.size() < 2) return "the server closed the WebSocket";
  const int code = static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]);
  return "the server closed the WebSocket: " + std::to_string(code) + " " + printable(payload.substr(2));
}

}  // namespace

Connection::Connection(Loop& loop, Listener& listener, const wire::Address& address, const std::string& path,
                       std::string_view subprotocol)
    : loop_(loop), listener_(listener), socket_(wire::connect_tcp(address)), subprotocol_(subprotocol) {
  wire::abort_on_close(socket_);
  loop_.watch(socket_, this);
  outgoing() = wire::client_request(address.text(), path, subprotocol);
}

std::string& Connection::outgoing() {
  if (!gathered_ && !wants_write_) {
    gathered_ = true;
    loop_.send_at_end_of_turn(*this);
  }
  return outgoing_;
}

void Connection::stop_reading() {
  loop_.forget(socket_);
  wire::shrink_receive_buffer(socket_);
}

void Connection::go_dark() {
  loop_.forget(socket_);
  wire::drop_what_comes(socket_);
}

void Connection::on_event(uint32_t events) {
  if (closed_) return;
  if ((events & EPOLLOUT) != 0) send_gathered();
  if ((events & ~uint32_t{EPOLLOUT}) != 0) read();
}

void Connection::send_gathered() {
  gathered_ = false;
  const ssize_t sent = ::send(socket_.get(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return;  // the next read tells what happened
  outgoing_.erase(0, static_cast<size_t>(std::max<ssize_t>(sent, 0)));
  if (wants_write_ == outgoing_.empty()) {
    wants_write_ = !outgoing_.empty();
    loop_.set_wants_write(socket_, this, wants_write_);
  }
}

void Connection::read() {
  std::vector<char>& buffer = loop_.buffer();
  const size_t held = partial_.size();
  if (buffer.size() < held + Loop::kReadSize) buffer.resize(held + Loop::kReadSize);
  std::memcpy(buffer.data(), partial_.data(), held);
  const ssize_t received = ::recv(socket_.get(), buffer.data() + held, Loop::kReadSize, 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const uint64_t now = now_ns();
  if (received <= 0) return close("the server closed the TCP connection", now);
  ++loop_.reads;
  const std::string_view bytes(buffer.data(), held + static_cast<size_t>(received));
  partial_.assign(bytes.substr(take_all(bytes, now)));
}

// Returns how much of `bytes` was complete.
size_t Connection::take_all(std::string_view bytes, uint64_t now_ns) {
  size_t done = 0;
  while (!closed_ && done < bytes.size()) {
    const std::string_view rest = bytes.substr(done);
    const size_t taken = open_ ? take_frame(rest, now_ns) : take_upgrade(rest, now_ns);
    if (taken == 0) break;
    done += taken;
  }
  return done;
}

size_t Connection::take_upgrade(std::string_view bytes, uint64_t now_ns) {
  const size_t end = wire::header_end(bytes);
  if (end == 0) return 0;
  if (const auto why = wire::refusal(bytes.substr(0, end), subprotocol_)) {
    close(*why, now_ns);
  } else {
    open_ = true;
    listener_.on_open(now_ns);
  }
  return end;
}

size_t Connection::take_frame(std::string_view bytes, uint64_t now_ns) {
  const auto header = wire::read_frame_header(bytes);
  if (!header || bytes.size() - header->size < header->length) return 0;
  const std::string_view payload = bytes.substr(header->size, header->length);
  if (header->masked) {
    close("the server sent a masked frame", now_ns);
  } else if (header->opcode == wire::Opcode::text || header->opcode == wire::Opcode::binary) {
    ++loop_.messages;
    listener_.on_message(payload, now_ns);
  } else {
    on_control(header->opcode, payload, now_ns);
  }
  return header->size + header->length;
}

void Connection::on_control(wire::Opcode opcode, std::string_view payload, uint64_t now_ns) {
  if (opcode == wire::Opcode::ping) outgoing().append(wire::masked_frame(wire::Opcode::pong, payload));
  if (opcode == wire::Opcode::close) close(close_reason(payload), now_ns);
}

void Connection::close(const std::string& why, uint64_t now_ns) {
  closed_ = true;
  listener_.on_closed(why, now_ns);
}

}  // namespace bench::load

#include "transport/messages/tcp_connection.h"

#include <cassert>
#include <utility>

#include "transport/messages/message_talk.h"

namespace transport {

TcpConnection::TcpConnection(Stream& stream, MessageTalk& talk, Framing framing, size_t max_frame_size,
                             bool may_be_pinged)
    : Connection(stream.account()),
      stream_(stream),
      talk_(talk),
      liveness_(stream, may_be_pinged),
      max_frame_size_(max_frame_size),
      framing_(framing) {}

std::string TcpConnection::channel_binding(ChannelBinding type) const {
  const TlsStream* const tls = stream_.socket().tls();
  return tls ? tls->channel_binding(type) : "";
}

const ClientCertificate* TcpConnection::client_certificate() const {
  TlsStream* const tls = stream_.socket().tls();
  return tls ? tls->client_certificate().get() : nullptr;
}

void TcpConnection::send(BufferRef frame) {
  assert(frame->size() <= max_frame_size_);
  if (is_open()) stream_.output().send(std::move(frame));
}

BufferRef TcpConnection::take_buffer_of(std::string_view part) {
  return talk_.codec().take_buffer_of(part);
}

void TcpConnection::set_known(bool known) {
  // What waits for somebody who was known still goes out.
  if (known && is_open()) stream_.output().set_max_held(stream_.limits().max_queued_bytes);
  talk_.set_known(known);
}

void TcpConnection::limit_rate(const Rate& rate) {
  talk_.limit_rate(lower(rate, stream_.limits().max_rate));
}

void TcpConnection::on_resumed() {
  liveness_.can_be_heard();
  stream_.state().do_for(stream_, [this] { stream_.input().go_on(); });
}

// ---- signs of life

void TcpConnection::on_heard() {
  if (liveness_.on_heard() && is_open()) talk_.receiver().on_alive();
}

void TcpConnection::on_ping(std::string_view payload) {
  BufferRef pong = talk_.codec().pong(payload);
  if (pong->size() > max_frame_size_)
    return fail(close_code::message_too_big, "a ping whose answer would be longer than the peer takes");
  stream_.output().queue(std::move(pong));
}

void TcpConnection::ping(std::string_view payload) {
  if (is_open()) queue_ping(payload);
}

void TcpConnection::queue_ping(std::string_view payload) {
  stream_.state().counters.pings_sent.add();
  stream_.output().queue(talk_.codec().ping(payload));
}

void TcpConnection::ask() {
  liveness_.on_ask();
  queue_ping({});
}

void TcpConnection::check_liveness(Loop::Clock::time_point now) {
  const ConnectionLimits& limits = stream_.limits();
  if (limits.ping_interval_ms <= 0) return;
  if (pauses().any()) return liveness_.cannot_be_heard(now);
  switch (liveness_.look(now)) {
    case Liveness::Sign::fine:
      return;
    case Liveness::Sign::silent:
      stream_.output().release_memory();
      if (!liveness_.may_be_pinged()) return;
      ask();
      return talk_.receiver().on_silent();
    case Liveness::Sign::alive:
      return on_heard();
    case Liveness::Sign::dead:
      return stream_.drop(
          "no sign of life for " + std::to_string(limits.ping_interval_ms + limits.ping_timeout_ms) + " ms",
          &Counters::closed_dead);
  }
}

void TcpConnection::probe() {
  if (!is_open()) return;
  if (pauses().any() || !liveness_.may_be_pinged()) return talk_.receiver().on_alive();
  ask();
  if (!std::exchange(in_probed_, true)) stream_.state().add_probed(stream_);
}

bool TcpConnection::look_for_life() {
  if (liveness_.asked() && (pauses().any() || liveness_.takes_what_waits())) on_heard();
  // The answer of its system to one more ping tells how much of what it has its program has read.
  if (liveness_.asked() && stream_.output().empty()) queue_ping({});
  in_probed_ = liveness_.asked() && !stream_.closed();
  return in_probed_;
}

// ---- the end

void TcpConnection::close(uint16_t code, std::string_view reason) {
  if (!is_open()) return;
  // It ends in time whatever there is no memory for.
  closing_ = true;
  stream_.set_deadline(stream_.limits().close_timeout_ms);
  // The peer's close frame must be seen, or its end.
  pauses_.end();
  stream_.set_reason({code, false, std::string(reason)});
  if (BufferRef frame = talk_.codec().close(code, reason)) {
    stream_.output().set_max_held(SIZE_MAX);
    stream_.output().queue(std::move(frame));
  } else {
    stream_.finish({}, Stream::Then::await_peer);
    stream_.tell_end_later();
  }
  stream_.input().go_on();
}

void TcpConnection::on_close_frame(const CodecEvent& event) {
  pauses_.end();
  if (closing_) {
    stream_.finish({}, Stream::Then::close);
  } else {
    stream_.set_reason({event.code, true, std::string(event.text), &Counters::closed_by_peer});
    stream_.set_deadline(stream_.limits().close_timeout_ms);
    // To a close without a code the answer has one: without, clients take the end for a lost connection.
    const uint16_t code = event.code == close_code::none ? close_code::normal : event.code;
    stream_.finish(talk_.codec().close(code, {}), Stream::Then::close);
  }
  stream_.tell_end_later();
}

void TcpConnection::fail(uint16_t code, std::string_view text) {
  if (closing_) return stream_.end();
  pauses_.end();
  stream_.set_reason({code, false, std::string(text), &Counters::closed_protocol});
  stream_.set_deadline(stream_.limits().close_timeout_ms);
  stream_.finish(talk_.codec().close(code, text), Stream::Then::await_peer);
  stream_.tell_end_later();
}

void TcpConnection::on_end() {
  if (std::exchange(in_probed_, false)) stream_.state().remove_probed(stream_);
}

}  // namespace transport

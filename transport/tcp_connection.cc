#include "transport/tcp_connection.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <asio/post.hpp>

#include "transport/frame.h"

namespace transport {
namespace {

// Of a batch, in one turn: as much as is read of a socket at once, so that nobody waits longer for others.
constexpr size_t max_batch_in_turn = 64 * 1024;
// Of a long message, which is not looked at before it is whole: the kernel may have many MiB of it.
constexpr size_t max_read_of_long_message = 256 * 1024;

// Made beforehand.
const CloseReason lack_of_memory{0, false, "there is no memory for what it wants", &Counters::closed_memory};

}  // namespace

TcpConnection::TcpConnection(Loop& loop, size_t place, Arrival arrival, std::shared_ptr<const Served> served)
    : Connection(loop.state().held),
      loop_(loop),
      state_(loop.state()),
      served_(std::move(served)),
      max_queued_bytes_(
          std::min(served_->options.limits.max_queued_bytes, served_->options.limits.max_bytes_of_unknown)),
      socket_(state_.io, std::move(arrival.descriptor), std::move(arrival.tls)),
      peer_address_(arrival.peer_address.empty() ? socket_.peer_address() : std::move(arrival.peer_address)),
      heard_at_(state_.now),
      deadline_(deadline_in(served_->options.limits.handshake_timeout_ms)),
      place_(place),
      is_fresh_(arrival.fresh),
      stage_(arrival.fresh && served_->options.proxy_protocol ? Stage::announced : Stage::opening) {
  account()->set(Holding::connection, allocated(sizeof(TcpConnection)) + allocated(sizeof(Account)));
}

TcpConnection::~TcpConnection() = default;

void TcpConnection::start(std::span<char> read) {
  if (!count_in()) return;
  if (stage_ == Stage::announced) return when_readable(&TcpConnection::read_announcement);
  begin(read);
}

void TcpConnection::begin(std::span<char> read) {
  if (served_->options.tls && !socket_.tls()) socket_.start_tls(served_->options.tls);
  if (!read.empty()) receive(read);
  wait_for_input();
}

std::string TcpConnection::channel_binding(ChannelBinding type) const {
  return socket_.tls() ? socket_.tls()->channel_binding(type) : "";
}

const ClientCertificate* TcpConnection::client_certificate() const {
  return socket_.tls() ? socket_.tls()->client_certificate().get() : nullptr;
}

// ---- reading

void TcpConnection::when_readable(void (TcpConnection::*then)()) {
  socket_.wait_readable([this, then](asio::error_code error) {
    read_waiting_ = false;
    state_.begin_turn();
    if (stage_ == Stage::closed) return bury_later();
    if (error) return drop("the socket cannot be watched: " + error.message(), &Counters::closed_failed);
    state_.do_for(*this, [this, then] { (this->*then)(); });
  });
  read_waiting_ = true;
}

void TcpConnection::wait_for_input() {
  const bool waits_already = read_waiting_ || resume_posted_;
  if (waits_already || pauses_.any() || input_ended_ || stage_ == Stage::closed) return;
  when_readable(&TcpConnection::on_readable);
}

void TcpConnection::on_readable() {
  // What was read before comes first, though this wait may have begun before that was kept.
  if (pauses_.any() || resume_posted_) return;
  const std::span<char> room = room_for_input();
  const Socket::Result result = socket_.read_some(room.empty() ? std::span(state_.read_buffer) : room);
  if (result.outcome == Socket::Outcome::done) {
    state_.counters.bytes_received.add(result.size);
    on_heard();
    if (throttle_) throttle_->meter.take_bytes(state_.now, result.size);
    if (!known_ && !takes_of_unknown(result.size)) {
      // Nothing of it is looked at.
    } else if (room.empty()) {
      receive({state_.read_buffer.data(), result.size});
    } else {
      with_codec([&](auto& codec) { codec.filled(result.size); });
      receive_frames({});
    }
    if (receiver_) receiver_->on_read_end();
    count_input();
    state_.write_full();
    if (throttle_) slow_down_if_over();
  } else if (result.outcome != Socket::Outcome::would_block) {
    on_end_of_input(result);
  } else if (socket_.tls()) {
    on_heard();  // a part of a record
  }
  wait_for_input();
}

std::span<char> TcpConnection::room_for_input() {
  if (stage_ != Stage::open) return {};
  const auto room = with_codec([](auto& codec) { return codec.room(); });
  return room.first(std::min(room.size(), max_read_of_long_message));
}

BufferRef TcpConnection::take_buffer_of(std::string_view part) {
  return with_codec([part](auto& codec) { return codec.take_buffer_of(part); });
}

void TcpConnection::on_heard() {
  heard_at_ = state_.now;
  silent_ = false;
  if (std::exchange(asked_, nullptr) && stage_ == Stage::open) receiver_->on_alive();
}

void TcpConnection::on_end_of_input(const Socket::Result& result) {
  const bool failed = result.outcome == Socket::Outcome::failed;
  if (stage_ == Stage::ending && !failed && !queue_.empty()) {
    // A client may end its side when its request is out, and still read the response.
    input_ended_ = true;
    close_when_written_ = true;
    return;
  }
  if (stage_ == Stage::opening) {
    on_end_of_opening(result);
    if (stage_ == Stage::ending) return;
  }
  const char* const how = framing_ == Framing::rawsocket
                              ? "the peer ended the connection"
                              : "the peer ended the connection without a close frame";
  set_reason({0, true, failed ? socket_.failure_text(result) : how,
              failed                    ? &Counters::closed_failed
              : stage_ == Stage::ending ? &Counters::closed_answered
                                        : &Counters::closed_by_peer});
  end();
}

void TcpConnection::receive(std::span<char> bytes) {
  switch (stage_) {
    case Stage::opening:
      return receive_head(bytes);
    case Stage::waiting:
    case Stage::answering:
      return receive_early(bytes);
    default:
      return receive_frames(bytes);
  }
}

CodecEvent TcpConnection::next_event(std::span<char>& bytes) {
  return with_codec([&bytes](auto& codec) { return codec.next(bytes); });
}

void TcpConnection::receive_frames(std::span<char> bytes) {
  while (stage_ == Stage::open || stage_ == Stage::closing) {
    if (pauses_.any() || !unread_batch_.empty()) {
      unread_.assign(bytes.data(), bytes.size());
      return;
    }
    std::span<char> message;
    if (auto* const websocket = std::get_if<WebSocketCodec>(&codec_);
        websocket && websocket->next_plain(bytes, message)) [[likely]] {
      receive_whole(message);
      continue;
    }
    const CodecEvent event = next_event(bytes);
    if (event.kind == CodecEvent::Kind::need_more) return;
    if (event.kind == CodecEvent::Kind::pause) {
      unread_.assign(bytes.data(), bytes.size());
      return continue_reading();
    }
    if (throttle_) throttle_->meter.take_bytes(state_.now, event.inflated);
    if (event.kind == CodecEvent::Kind::message)
      receive_whole(event.payload);
    else
      on_control(event);
  }
}

void TcpConnection::receive_whole(std::span<char> message) {
  ++messages_;
  if (stage_ != Stage::open) return;
  if (batch_)
    receive_batch(message);
  else
    receive_message(message);
}

void TcpConnection::receive_message(std::span<char> message) {
  receiver_->on_message(message);
  if (!throttle_) return;
  throttle_->meter.take_message(state_.now);
  slow_down_if_over();
}

// A batch may be of several messages, of which only the first would be known.
void TcpConnection::on_oversized(std::string_view beginning) {
  ++messages_;
  if (throttle_) throttle_->meter.take_message(state_.now);
  if (!batch_ && receiver_->on_oversized(beginning)) return;
  const size_t longest = longest_message();
  if (!known_ && longest == served_->options.limits.max_bytes_of_unknown) return fail_as_unknown();
  fail(close_code::message_too_big, "a message of more than " + std::to_string(longest) + " bytes");
}

void TcpConnection::receive_batch(std::span<char> batch) {
  if (batch.empty()) return fail(close_code::invalid_payload, "a batch without a message");
  const size_t left_to_next_turn = batch.size() - std::min(batch.size(), max_batch_in_turn);
  while (!batch.empty() && stage_ == Stage::open) {
    if (pauses_.any()) return keep_batch(batch);
    if (batch.size() < left_to_next_turn) {
      keep_batch(batch);
      return continue_reading();
    }
    const auto message = take_from_batch(framing_, batch);
    if (!message)
      return fail(close_code::invalid_payload, "a message in a batch that is longer than the batch");
    const bool has_separator = framing_.text && batch.data() != message->data() + message->size();
    if (has_separator && batch.data()[-1] == separator_of(Framing::batched_text_octal))
      framing_ = Framing::batched_text_octal;
    receive_message(*message);
  }
  give_back(unread_batch_);
}

void TcpConnection::keep_batch(std::span<const char> rest) {
  const char* const kept = unread_batch_.data();
  const bool is_kept = rest.data() >= kept && rest.data() < kept + unread_batch_.size();
  if (!is_kept) unread_batch_.assign(rest.data(), rest.size());
  batch_read_ = unread_batch_.size() - rest.size();
}

void TcpConnection::on_control(const CodecEvent& event) {
  using Kind = WebSocketCodec::Kind;
  if (event.kind == Kind::ping || event.kind == Kind::pong) speaks_of_pings_ = true;
  switch (event.kind) {
    case WebSocketCodec::Kind::ping:
      if (stage_ == Stage::open) on_ping({event.payload.data(), event.payload.size()});
      break;
    case WebSocketCodec::Kind::oversized:
      if (stage_ == Stage::open) on_oversized({event.payload.data(), event.payload.size()});
      break;
    case WebSocketCodec::Kind::close:
      on_close_frame(event);
      break;
    case WebSocketCodec::Kind::error:
      fail(event.code, event.text);
      break;
    case WebSocketCodec::Kind::pong:
    case WebSocketCodec::Kind::message:
    case WebSocketCodec::Kind::need_more:
    case WebSocketCodec::Kind::pause:
      break;
  }
}

void TcpConnection::on_ping(std::string_view payload) {
  if (framing_ != Framing::rawsocket) return queue(make_control_frame(Opcode::pong, payload));
  if (rawsocket_header_size + payload.size() > max_frame_size_)
    return fail(close_code::message_too_big, "a ping whose answer would be longer than the peer takes");
  queue(make_rawsocket_frame(RawSocketType::pong, payload));
}

void TcpConnection::ping() {
  state_.counters.pings_sent.add();
  queue(framing_ == Framing::rawsocket ? make_rawsocket_frame(RawSocketType::ping, {})
                                       : make_control_frame(Opcode::ping, {}));
}

void TcpConnection::on_close_frame(const CodecEvent& event) {
  const bool answers_ours = stage_ == Stage::closing;
  stage_ = Stage::ending;
  pauses_.end();
  close_when_written_ = true;
  if (answers_ours) {
    if (queue_.empty()) end();
  } else {
    set_reason({event.code, true, std::string(event.text), &Counters::closed_by_peer});
    deadline_ = deadline_in(served_->options.limits.close_timeout_ms);
    // To a close without a code the answer has one: without, clients take the end for a lost connection.
    queue(make_close_frame(event.code == close_code::none ? close_code::normal : event.code, {}));
  }
  bury_later();
}

void TcpConnection::on_resumed() {
  heard_at_ = state_.now;
  state_.do_for(*this, [this] { continue_reading(); });
}

void TcpConnection::continue_reading() {
  if ((unread_.empty() && unread_batch_.empty()) || resume_posted_) return wait_for_input();
  asio::post(state_.io, [this] {
    resume_posted_ = false;
    state_.begin_turn();
    if (stage_ == Stage::closed) return bury_later();
    if (!pauses_.any()) state_.do_for(*this, [this] { read_on(); });
  });
  resume_posted_ = true;
}

// What came before a pause, and then the socket.
void TcpConnection::read_on() {
  if (stage_ != Stage::open) give_back(unread_batch_);
  if (!unread_batch_.empty()) receive_batch(std::span(unread_batch_).subspan(batch_read_));
  std::string bytes = std::exchange(unread_, {});
  if (!bytes.empty()) receive(bytes);
  count_input();
  wait_for_input();
}

// ---- the end

void TcpConnection::close(uint16_t code, std::string_view reason) {
  if (stage_ != Stage::open) return;
  if (framing_ == Framing::rawsocket) {
    set_reason({code, false, std::string(reason)});
    fail(code, reason);
  } else {
    stage_ = Stage::closing;
    set_reason({code, false, std::string(reason)});
    deadline_ = deadline_in(served_->options.limits.close_timeout_ms);
    queue(make_close_frame(code, reason));
  }
  // The peer's close frame must be seen, or its end.
  pauses_.end();
  continue_reading();
}

void TcpConnection::sweep(Loop::Clock::time_point now) {
  switch (stage_) {
    case Stage::announced:
      if (now < deadline_) return;
      if (!unread_.empty()) remark("ended: the proxy did not tell in time whose connection it is");
      set_reason({0, false, "", &Counters::closed_handshake_timeout});
      return end();
    case Stage::opening:
      if (posted_) return check_body(now);
      if (now < deadline_) return;
      return on_late_opening();
    case Stage::open:
      check_pace(now);
      if (stage_ == Stage::open) check_liveness(now);
      return;
    case Stage::waiting:
      return;
    case Stage::answering:
    case Stage::closing:
    case Stage::ending:
      if (now < deadline_) return;
      state_.counters.close_timeouts.add();
      abort_ = true;
      return end();
    case Stage::closed:
      return;
  }
}

// The peer broke the protocol: it is told why if there is a way, and nothing more of it is read.
void TcpConnection::fail(uint16_t code, std::string_view text) {
  if (stage_ == Stage::closing) return end();
  stage_ = Stage::ending;
  pauses_.end();
  deadline_ = deadline_in(served_->options.limits.close_timeout_ms);
  set_reason({code, false, std::string(text), &Counters::closed_protocol});
  if (framing_ != Framing::rawsocket)
    queue(make_close_frame(code, text));
  else if (queued_bytes() == 0)
    on_all_written();
  bury_later();
}

void TcpConnection::drop(std::string why) {
  drop(std::move(why), &Counters::closed_slow);
}

void TcpConnection::drop(std::string why, CounterOf counter) {
  if (stage_ == Stage::closed) return;
  abort_ = true;
  set_reason({0, false, std::move(why), counter});
  end();
}

void TcpConnection::end() {
  stage_ = Stage::closed;
  leave_half_open();
  if (std::exchange(in_probed_, false)) state_.remove_probed(*this);
  queue_.clear();
  batch_.reset();
  count_queued();
  if (throttle_) throttle_->timer.cancel();
  if (const auto posted = std::move(posted_); posted && posted->waiter) posted->waiter->on_gone(*this);
  bury_later();
}

void TcpConnection::bury_later() {
  if (!std::exchange(in_ended_, true)) state_.add_ended(*this);
}

void TcpConnection::bury() {
  in_ended_ = false;
  if (receiver_) {
    const auto receiver = std::move(receiver_);
    receiver->on_closed(*reason());
  }
  if (stage_ != Stage::closed) return;
  give_back_input();
  if (!std::exchange(socket_closed_, true)) {
    abort_ ? socket_.abort() : socket_.close();
    (state_.counters.*(reason() ? reason()->counter : &Counters::closed_answered)).add();
    leave_counts();
  }
  if (!operation_pending()) state_.remove(*this);
}

const CloseReason* TcpConnection::reason() const {
  return reason_ ? reason_.get() : lacks_memory_ ? &lack_of_memory : nullptr;
}

void TcpConnection::set_reason(CloseReason reason) {
  if (!reason_) reason_ = std::make_unique<CloseReason>(std::move(reason));
}

Loop::Clock::time_point TcpConnection::deadline_in(int timeout_ms) const {
  return state_.now + std::chrono::milliseconds(timeout_ms);
}

}  // namespace transport

#include "transport/messages/message_talk.h"

#include <algorithm>
#include <utility>

namespace transport {
namespace {

// Of a batch, in one turn: as much as is read of a socket at once, so that nobody waits longer for others.
constexpr size_t max_batch_in_turn = 64 * 1024;
// Of a long message, which is not looked at before it is whole: the kernel may have many MiB of it.
constexpr size_t max_read_of_long_message = 256 * 1024;

}  // namespace

MessageTalk::MessageTalk(Stream& stream, Agreed agreed, Service::Upgrade upgrade, std::string unread)
    : Talk(stream),
      connection_(stream, *this, upgrade.framing, agreed.max_frame_size, agreed.may_be_pinged),
      codec_(std::move(agreed.codec)),
      max_message_size_(agreed.max_message_size),
      unread_(std::move(unread)),
      receiver_(std::move(upgrade.receiver)) {}

void MessageTalk::begin() {
  const ConnectionLimits& limits = stream_.limits();
  const Framing framing = connection_.framing();
  if (framing.batched()) stream_.output().begin_batches(framing);
  if (stream_.talking())
    stream_.output().set_max_held(std::min(limits.max_queued_bytes, limits.max_bytes_of_unknown));
  limit_messages();
  limit_rate(limits.max_rate);
  has_opened_ = true;
  receiver_->on_open(connection_);
  std::string bytes = std::exchange(unread_, {});
  if (!bytes.empty()) receive_frames(bytes);
}

// ---- reading

std::span<char> MessageTalk::room() {
  if (!connection_.is_open()) return {};
  const auto room = codec_->room();
  return room.first(std::min(room.size(), max_read_of_long_message));
}

void MessageTalk::receive(std::span<char> bytes) {
  if (admits(bytes.size())) receive_frames(bytes);
}

void MessageTalk::filled(size_t count) {
  if (!admits(count)) return;
  codec_->filled(count);
  receive_frames({});
}

void MessageTalk::receive_frames(std::span<char> bytes) {
  while (stream_.talking()) {
    if (paused() || !unread_batch_.empty()) {
      unread_.assign(bytes.data(), bytes.size());
      return;
    }
    std::span<char> message;
    if (codec_->next_plain(bytes, message)) [[likely]] {
      receive_whole(message);
      continue;
    }
    const CodecEvent event = codec_->next(bytes);
    if (event.kind == CodecEvent::Kind::need_more) return;
    if (event.kind == CodecEvent::Kind::pause) {
      unread_.assign(bytes.data(), bytes.size());
      return stream_.input().go_on();
    }
    if (throttle_) throttle_->take_bytes(event.inflated);
    if (event.kind == CodecEvent::Kind::message)
      receive_whole(event.payload);
    else
      on_control(event);
  }
}

// A message, or a batch of them.
void MessageTalk::receive_whole(std::span<char> message) {
  ++messages_;
  if (!connection_.is_open()) return;
  if (connection_.framing().batched())
    receive_batch(message);
  else
    receive_message(message);
}

void MessageTalk::receive_message(std::span<char> message) {
  receiver_->on_message(message);
  if (!throttle_) return;
  throttle_->take_message();
  slow_down_if_over();
}

void MessageTalk::receive_batch(std::span<char> batch) {
  if (batch.empty()) return connection_.fail(close_code::invalid_payload, "a batch without a message");
  const size_t left_to_next_turn = batch.size() - std::min(batch.size(), max_batch_in_turn);
  while (!batch.empty() && connection_.is_open()) {
    if (paused()) return unread_batch_.keep(batch);
    if (batch.size() < left_to_next_turn) {
      unread_batch_.keep(batch);
      return stream_.input().go_on();
    }
    const auto message = take_from_batch(connection_.framing(), batch);
    if (!message)
      return connection_.fail(close_code::invalid_payload,
                              "a message in a batch that is longer than the batch");
    const bool has_separator =
        connection_.framing().text && batch.data() != message->data() + message->size();
    if (has_separator && batch.data()[-1] == separator_of(Framing::batched_text_octal))
      connection_.set_framing(Framing::batched_text_octal);
    receive_message(*message);
  }
  unread_batch_.clear();
}

// A batch may be of several messages, of which only the first would be known.
void MessageTalk::on_oversized(std::string_view beginning) {
  ++messages_;
  if (throttle_) throttle_->take_message();
  if (!connection_.framing().batched() && receiver_->on_oversized(beginning)) return;
  const size_t longest = longest_message();
  if (!known_ && longest == stream_.limits().max_bytes_of_unknown) return fail_as_unknown();
  connection_.fail(close_code::message_too_big,
                   "a message of more than " + std::to_string(longest) + " bytes");
}

void MessageTalk::on_control(const CodecEvent& event) {
  using Kind = CodecEvent::Kind;
  if (event.kind == Kind::ping || event.kind == Kind::pong) connection_.liveness().on_ping_or_pong();
  switch (event.kind) {
    case Kind::ping:
      if (connection_.is_open()) connection_.on_ping({event.payload.data(), event.payload.size()});
      break;
    case Kind::oversized:
      if (connection_.is_open()) on_oversized({event.payload.data(), event.payload.size()});
      break;
    case Kind::close:
      connection_.on_close_frame(event);
      break;
    case Kind::error:
      connection_.fail(event.code, event.text);
      break;
    case Kind::pong:
      if (connection_.is_open()) receiver_->on_pong({event.payload.data(), event.payload.size()});
      break;
    case Kind::message:
    case Kind::need_more:
    case Kind::pause:
      break;
  }
}

void MessageTalk::on_read_end() {
  receiver_->on_read_end();
  if (throttle_) slow_down_if_over();
}

void MessageTalk::read_on() {
  if (!connection_.is_open()) unread_batch_.clear();
  if (!unread_batch_.empty()) receive_batch(unread_batch_.rest());
  std::string bytes = std::exchange(unread_, {});
  if (!bytes.empty()) receive_frames(bytes);
}

std::string_view MessageTalk::on_end_of_input(const Socket::Result&) {
  const bool needs_close_frame = connection_.framing().carrier == Framing::Carrier::websocket;
  return needs_close_frame ? "the peer ended the connection without a close frame"
                           : "the peer ended the connection";
}

// ---- limits

bool MessageTalk::admits(size_t size) {
  if (throttle_) throttle_->take_bytes(size);
  if (known_ || !connection_.is_open()) return true;
  unknown_bytes_ += size;
  if (unknown_bytes_ <= stream_.limits().max_bytes_of_unknown) return true;
  fail_as_unknown();
  return false;
}

void MessageTalk::fail_as_unknown() {
  connection_.fail(close_code::message_too_big, "more than " +
                                                    std::to_string(stream_.limits().max_bytes_of_unknown) +
                                                    " bytes from somebody who is not known yet");
}

void MessageTalk::set_known(bool known) {
  known_ = known;
  unknown_bytes_ = 0;
  limit_messages();
}

size_t MessageTalk::longest_message() const {
  return std::min({max_message_size_, stream_.state().max_message_size,
                   known_ ? SIZE_MAX : stream_.limits().max_bytes_of_unknown});
}

void MessageTalk::limit_messages() {
  if (codec_) codec_->set_max_message_size(longest_message());
}

void MessageTalk::limit_rate(const Rate& rate) {
  if (throttle_)
    throttle_->set(rate);
  else if (!rate.unlimited())
    throttle_ = std::make_unique<Throttle>(stream_, connection_, rate);
}

void MessageTalk::slow_down_if_over() {
  if (connection_.is_open()) throttle_->slow_down_if_over();
}

void MessageTalk::sweep(Loop::Clock::time_point now) {
  if (!connection_.is_open()) {
    if (stream_.is_late(now)) stream_.end_late();
    return;
  }
  check_pace(now);
  if (connection_.is_open()) connection_.check_liveness(now);
}

void MessageTalk::check_pace(Loop::Clock::time_point now) {
  const ConnectionLimits& limits = stream_.limits();
  const auto unfinished = codec_->unfinished();
  if (!unfinished || paused()) return pace_.forget();
  if (!pace_.too_slow(now, messages_, *unfinished, limits.min_message_rate, limits.message_window_ms)) return;
  if (stream_.socket().readable()) return;  // this loop is late
  connection_.fail(close_code::policy_violation, "a message that comes in at less than " +
                                                     std::to_string(limits.min_message_rate) +
                                                     " bytes per second");
}

// ---- memory, the end

Talk::Held MessageTalk::held_input() const {
  const size_t kept = allocated(unread_) + unread_batch_.held();
  return codec_ ? Held{kept + codec_->held(), codec_->held_in_buffers()} : Held{kept, 0};
}

void MessageTalk::give_back_input() {
  codec_.reset();
  give_back(unread_);
  unread_batch_.clear();
}

bool MessageTalk::says_goodbye(size_t held) {
  if (connection_.is_open()) receiver_->on_give_way(held);
  // With little more to come it may say its last words.
  constexpr size_t little = 64 * 1024;
  return stream_.talking() && !connection_.is_open() && stream_.account()->of(Holding::input) <= little;
}

void MessageTalk::on_end() {
  connection_.on_end();
  if (throttle_) throttle_->cancel();
}

void MessageTalk::tell_end() {
  if (!receiver_) return;
  const auto receiver = std::move(receiver_);
  if (has_opened_) receiver->on_closed(*stream_.reason());
}

}  // namespace transport

#include "transport/websocket/websocket_codec.h"

#include <algorithm>
#include <utility>

#include "text/utf8.h"
#include "transport/framing/close_code.h"

namespace transport {
namespace {

// Announced lengths above it are no mistakes, and would take all day.
constexpr uint64_t max_thrown_away = uint64_t{1} << 31;

// Of a compressed message, in one step: it may become a thousand times as much.
constexpr size_t inflated_in_step = 1024;
// What is inflated between two pauses: bytes that come out, and as many again for each quarter of one that
// goes in, as the worst streams are nothing but tables of codes.
constexpr size_t max_inflating_cost = 64 * 1024;
constexpr size_t cost_of_compressed = 4;

// What begins at that offset in the payload of a frame.
bool unmask_from(uint64_t offset, std::span<char> part, std::array<char, 4> mask) {
  std::rotate(mask.begin(), mask.begin() + static_cast<std::ptrdiff_t>(offset % mask.size()), mask.end());
  return unmask(part, mask);
}

}  // namespace

WebSocketCodec::WebSocketCodec(Framing framing, size_t max_message_size, Role role)
    : framing_(framing),
      plain_first_byte_(role == Role::client ? no_first_byte : first_byte_of_message(framing)),
      role_(role),
      largest_message_size_(max_message_size),
      max_message_size_(max_message_size) {}

WebSocketCodec::Event WebSocketCodec::next(std::span<char>& bytes) {
  if (delivered_) release_delivered();
  if (long_) return take_long(bytes);
  if (bytes.empty() && kept_.empty() && !assembler_ && !passing_) return {};
  std::span<char> message;
  if (next_plain(bytes, message)) return {Kind::message, 0, message, {}};
  if (role_ == Role::client)
    if (const auto event = next_unmasked(bytes)) return *event;
  return next_slowly(bytes);
}

std::optional<WebSocketCodec::Event> WebSocketCodec::next_unmasked(std::span<char>& bytes) {
  if (!kept_.empty() || !has_nothing()) return std::nullopt;
  const auto header = read_frame_header(bytes);
  if (!header || !in_place(*header) || header->payload_size > bytes.size() - header->header_size)
    return std::nullopt;
  take_front(bytes, header->header_size);
  return whole_message({}, take_front(bytes, static_cast<size_t>(header->payload_size)));
}

size_t WebSocketCodec::kept_bytes() const {
  return kept_.size() + (assembler_ ? assembler_->message_size() : 0) + (long_ ? long_->arrived() : 0) +
         (passing_ && passing_->inflated ? passing_->inflated->size() : 0);
}

size_t WebSocketCodec::held_of_parts() const {
  return allocated(kept_) + (assembler_ ? assembler_->held() : 0) +
         (passing_ ? allocated(sizeof(Passing)) + allocated(passing_->beginning) +
                         (passing_->inflated ? passing_->inflated->held() : 0)
                   : 0) +
         (long_ ? allocated(sizeof(LongMessage)) + long_->held() : 0);
}

std::optional<size_t> WebSocketCodec::unfinished() const {
  if (long_ && !delivered_) return long_->arrived();
  if (!assembler_ && !passing_ && (delivered_ || kept_.empty())) return std::nullopt;
  return (delivered_ ? 0 : kept_.size()) + (assembler_ ? assembler_->message_size() : 0) +
         (passing_ ? static_cast<size_t>(passing_->size) : 0);
}

WebSocketCodec::Event WebSocketCodec::next_slowly(std::span<char>& bytes) {
  for (;;) {
    if (inflating_cost_ >= max_inflating_cost && !bytes.empty()) {
      inflating_cost_ = 0;
      return {Kind::pause, 0, {}, {}};
    }
    Event event = payload_left_ == 0 ? next_frame(bytes) : passing_ ? pass(bytes) : assemble(bytes);
    if (event.kind != Kind::need_more || bytes.empty()) return event;
  }
}

WebSocketCodec::Event WebSocketCodec::next_frame(std::span<char>& bytes) {
  for (size_t want = wanted(); kept_.size() < want; want = wanted()) {
    if (bytes.empty()) return {};
    const auto more = take_front(bytes, std::min(want - kept_.size(), bytes.size()));
    kept_.append(more.data(), more.size());
    take_compressed_bit();
  }
  const FrameHeader header = *read_frame_header(kept_);
  if (auto refused = refusal(header)) return error(std::move(refused));
  if (passes(header)) return begin_passing(header);
  if (is_long(header)) {
    begin_long(header);
    return take_long(bytes);
  }
  if (in_place(header)) {
    delivered_ = true;
    return whole_message(header.mask, std::span(kept_).subspan(header.header_size));
  }
  if (!assembler_) assembler_ = std::make_unique<MessageAssembler>(largest_message_size_, role_);
  std::string front = std::exchange(kept_, {});
  payload_left_ = header.payload_size - (front.size() - header.header_size);
  return assembled(assembler_->consume(front));
}

// How many bytes kept_ needs before the frame at its front can be dealt with: first the header; then all of a
// frame that is delivered where it lies or must be small. Other frames go on piece by piece.
size_t WebSocketCodec::wanted() const {
  if (kept_.size() < 2) return 2;
  const auto header = read_frame_header(kept_);
  if (!header) return frame_header_size(static_cast<uint8_t>(kept_[1]));
  const bool small_control = header->control() && header->payload_size <= max_control_payload;
  if (!small_control && (!in_place(*header) || is_long(*header))) return header->header_size;
  return header->header_size + static_cast<size_t>(header->payload_size);
}

// Of a frame that may have it: in all else it is like others.
void WebSocketCodec::take_compressed_bit() {
  const auto first_byte = static_cast<uint8_t>(kept_[0]);
  const uint8_t opcode = first_byte & 0x0F;
  const bool begins_message =
      opcode == static_cast<uint8_t>(Opcode::text) || opcode == static_cast<uint8_t>(Opcode::binary);
  if (!framing_.compression || !begins_message || !(first_byte & compressed_bit)) return;
  kept_[0] = static_cast<char>(first_byte & ~compressed_bit);
  is_compressed_ = true;
}

// A frame that is a whole message with nothing special about it.
bool WebSocketCodec::in_place(const FrameHeader& header) const {
  return header.first_byte == first_byte_of_message(framing_) && is_masked_as_it_must(header) &&
         header.minimal && !is_compressed_ && !assembler_ && !passing_ &&
         header.payload_size <= max_message_size_;
}

// One that is not all there after one read.
bool WebSocketCodec::is_long(const FrameHeader& header) const {
  return in_place(header) && header.payload_size >= LongMessage::min_size;
}

// kept_ is its header.
void WebSocketCodec::begin_long(const FrameHeader& header) {
  give_back(kept_);
  long_ = std::make_unique<LongMessage>(static_cast<size_t>(header.payload_size));
  long_mask_ = header.mask;
  long_is_ascii_ = true;
}

void WebSocketCodec::unmask_long(size_t from) {
  long_is_ascii_ &= unmask_from(from, long_->bytes().subspan(from), long_mask_);
}

void WebSocketCodec::filled(size_t count) {
  const size_t from = long_->arrived();
  long_->filled(count);
  unmask_long(from);
}

WebSocketCodec::Event WebSocketCodec::take_long(std::span<char>& bytes) {
  if (!bytes.empty()) {
    const size_t from = long_->arrived();
    long_->take(bytes);
    unmask_long(from);
  }
  return long_->whole() ? deliver_long() : Event();
}

WebSocketCodec::Event WebSocketCodec::deliver_long() {
  const auto payload = long_->bytes();
  if (framing_.text && !long_is_ascii_ && !text::is_utf8_beyond_ascii({payload.data(), payload.size()}))
    return error({close_code::invalid_payload, "a text message that is not valid UTF-8"});
  delivered_ = true;
  return {Kind::message, 0, payload, {}};
}

BufferRef WebSocketCodec::take_buffer_of(std::string_view part) {
  return long_ && delivered_ ? long_->take_buffer_of(part) : BufferRef();
}

// What websocketpp does not refuse itself, or too late. Decided by the announced size, before any payload is
// kept.
FrameError WebSocketCodec::refusal(const FrameHeader& header) const {
  if (header.payload_size >> 63) return {close_code::protocol_error, "a frame length above 2^63 - 1"};
  const bool refused_anyway = header.reserved_bits() || !is_masked_as_it_must(header);
  if (refused_anyway || header.opcode() > Opcode::binary) return {};

  const bool goes_on = assembler_ || passing_;
  const bool is_continuation = header.opcode() == Opcode::continuation;
  if (goes_on && !is_continuation)
    return {close_code::protocol_error, "a new message before the end of a fragmented one"};
  if (!is_continuation && header.opcode() != opcode_of(framing_)) {
    return {close_code::unsupported_data, framing_.text
                                              ? "a binary message, but the subprotocol is one of text"
                                              : "a text message, but the subprotocol is a binary one"};
  }
  if (!passes(header)) return {};
  if (is_continuation && !goes_on)
    return {close_code::protocol_error, "a continuation of a message that has not begun"};
  if (!header.minimal) return {close_code::protocol_error, "a frame length that is not in its shortest form"};
  const uint64_t so_far = assembler_ ? assembler_->message_size() : passing_ ? passing_->size : 0;
  if (header.payload_size > max_thrown_away - so_far) {
    return {close_code::message_too_big,
            "a message of more than " + std::to_string(max_message_size_) + " bytes"};
  }
  return {};
}

// Of a frame that is not refused: it carries data of a message that is inflated, or is too long with it.
bool WebSocketCodec::passes(const FrameHeader& header) const {
  if (header.opcode() > Opcode::binary || header.reserved_bits() || !is_masked_as_it_must(header))
    return false;
  if (is_compressed_ || passing_) return true;
  const size_t before = assembler_ ? assembler_->message_size() : 0;
  return before > max_message_size_ || header.payload_size > max_message_size_ - before;
}

WebSocketCodec::Event WebSocketCodec::begin_passing(const FrameHeader& header) {
  if (!passing_) passing_ = std::make_unique<Passing>();
  if (std::exchange(is_compressed_, false))
    passing_->inflated = std::make_unique<InflatedMessage>(max_message_size_);
  if (assembler_) {
    passing_->beginning = assembler_->beginning(max_beginning);
    passing_->size = assembler_->message_size();
    assembler_.reset();
  }
  passing_->mask = header.mask;
  passing_->frame_offset = 0;
  passing_->in_last_frame = header.final();
  payload_left_ = header.payload_size;
  // More of it than the header, if the maximum was another one before.
  std::string kept = std::exchange(kept_, {});
  std::span<char> front = std::span(kept).subspan(header.header_size);
  return pass(front);
}

WebSocketCodec::Event WebSocketCodec::pass(std::span<char>& bytes) {
  return passing_->inflated ? inflate(bytes) : throw_away(bytes);
}

WebSocketCodec::Event WebSocketCodec::inflate(std::span<char>& bytes) {
  using Outcome = InflatedMessage::Outcome;
  Passing& message = *passing_;
  const size_t most = std::min(bytes.size(), inflated_in_step);
  const auto part = take_front(bytes, static_cast<size_t>(std::min<uint64_t>(payload_left_, most)));
  unmask_from(message.frame_offset, part, message.mask);
  message.frame_offset += part.size();
  message.size += part.size();
  payload_left_ -= part.size();

  const bool ends = payload_left_ == 0 && message.in_last_frame;
  const size_t before = message.inflated->size();
  Outcome outcome = message.inflated->take(part);
  if (ends && outcome == Outcome::good) outcome = message.inflated->end();
  const size_t inflated = message.inflated->size();
  inflating_cost_ += static_cast<uint32_t>(inflated - before + cost_of_compressed * part.size());
  if (outcome == Outcome::broken)
    return error({close_code::invalid_payload, "a compressed message that cannot be inflated"});
  if (outcome == Outcome::good && !ends) return {};
  Event event = outcome == Outcome::good ? deliver_inflated() : stop_inflating();
  event.inflated = inflated;
  if (ends) passing_.reset();
  return event;
}

WebSocketCodec::Event WebSocketCodec::deliver_inflated() {
  long_ = passing_->inflated->release();
  long_is_ascii_ = false;
  return deliver_long();
}

// What is still to come is thrown away.
WebSocketCodec::Event WebSocketCodec::stop_inflating() {
  const auto all = passing_->inflated->bytes();
  passing_->beginning.assign(all.data(), std::min(all.size(), max_beginning));
  passing_->inflated.reset();
  return tell_oversized();
}

WebSocketCodec::Event WebSocketCodec::throw_away(std::span<char>& bytes) {
  Passing& message = *passing_;
  const auto part = take_front(bytes, static_cast<size_t>(std::min<uint64_t>(payload_left_, bytes.size())));
  payload_left_ -= part.size();
  message.size += part.size();
  for (const char c : part.first(std::min(part.size(), max_beginning - message.beginning.size())))
    message.beginning += static_cast<char>(c ^ message.mask[message.frame_offset++ % 4]);

  const bool ends = payload_left_ == 0 && message.in_last_frame;
  const bool is_told_now = !message.told && (ends || message.beginning.size() == max_beginning);
  const Event event = is_told_now ? tell_oversized() : Event();
  if (ends) passing_.reset();
  return event;
}

WebSocketCodec::Event WebSocketCodec::tell_oversized() {
  passing_->told = true;
  kept_ = passing_->beginning;
  delivered_ = true;
  return {Kind::oversized, 0, kept_, {}};
}

WebSocketCodec::Event WebSocketCodec::whole_message(std::array<char, 4> mask, std::span<char> payload) {
  const bool ascii = unmask(payload, mask);
  if (framing_.text && !ascii && !text::is_utf8_beyond_ascii({payload.data(), payload.size()})) {
    return error({close_code::invalid_payload, "a text message that is not valid UTF-8"});
  }
  return {Kind::message, 0, payload, {}};
}

WebSocketCodec::Event WebSocketCodec::assemble(std::span<char>& bytes) {
  const auto part = take_front(bytes, static_cast<size_t>(std::min<uint64_t>(payload_left_, bytes.size())));
  payload_left_ -= part.size();
  return assembled(assembler_->consume(part));
}

WebSocketCodec::Event WebSocketCodec::assembled(FrameError failure) {
  if (failure) return error(std::move(failure));
  if (!assembler_->ready()) return {};
  const Opcode opcode = assembler_->opcode();
  kept_ = assembler_->take_message();
  delivered_ = true;
  if (assembler_->idle()) assembler_.reset();

  if (opcode == Opcode::close) return closed();
  const Kind kind = opcode == Opcode::ping ? Kind::ping : opcode == Opcode::pong ? Kind::pong : Kind::message;
  return {kind, 0, kept_, {}};
}

WebSocketCodec::Event WebSocketCodec::closed() {
  auto said = read_close_payload(kept_);
  if (auto* wrong = std::get_if<FrameError>(&said)) return error(std::move(*wrong));
  auto& close = std::get<ClosePayload>(said);
  kept_ = std::move(close.reason);
  return {Kind::close, close.code, {}, kept_};
}

WebSocketCodec::Event WebSocketCodec::error(FrameError error) {
  kept_ = std::move(error.text);
  delivered_ = true;
  return {Kind::error, error.code, {}, kept_};
}

void WebSocketCodec::release_delivered() {
  give_back(kept_);
  long_.reset();
  delivered_ = false;
}

}  // namespace transport

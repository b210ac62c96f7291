#include "transport/websocket/deflate.h"

#include <new>
#include <utility>

#include <zlib.h>

#include "transport/framing/framing.h"
#include "transport/memory/allocated.h"

namespace transport {
namespace {

// What ends a flush, and is left out of a compressed message (section 7.2.1).
constexpr char flush_end[] = {0, 0, '\xFF', '\xFF'};

// Measured: more than that costs three times as much, for a fifth less.
constexpr int fast = Z_BEST_SPEED;

// What zlib 1.2 takes for inflating: its window and its state.
constexpr size_t inflate_window = size_t{1} << MAX_WBITS, inflate_state = 7 * 1024;

Bytef* bytes_of(const char* bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));
}

}  // namespace

// ---- what is sent

void Deflater::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

void Deflater::begin(Compression how) {
  if (stream_ && how == how_) {
    deflateReset(stream_.get());
    return;
  }
  stream_.reset();
  stream_.reset(new z_stream_s{});
  how_ = how;
  if (deflateInit2(stream_.get(), fast, Z_DEFLATED, -how.window_bits(), how.memory_level(),
                   Z_DEFAULT_STRATEGY) == Z_OK)
    return;
  stream_.reset();
  throw std::bad_alloc();
}

BufferRef Deflater::compress(Compression how, std::string_view message) {
  if (message.size() < min_size || message.size() > max_size) return {};
  taken_bytes_ += message.size();
  begin(how);
  const BufferRef space = Buffer::create(0, message.size());
  z_stream_s& stream = *stream_;
  stream.next_in = bytes_of(message.data());
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = bytes_of(space->data());
  stream.avail_out = static_cast<uInt>(message.size());
  deflate(&stream, Z_SYNC_FLUSH);
  const bool is_whole = stream.avail_in == 0 && stream.avail_out > 0;
  if (!is_whole) return {};
  const size_t size = message.size() - stream.avail_out - sizeof flush_end;
  BufferRef compressed = Buffer::create(max_frame_header, size);
  compressed->append({space->data(), size});
  return compressed;
}

// ---- what comes in

void InflatedMessage::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

// Any window that a client may have chosen fits into the largest one.
InflatedMessage::InflatedMessage(size_t max_size)
    : message_(std::make_unique<LongMessage>(LongMessage::of_at_most(max_size))), stream_(new z_stream_s{}) {
  if (inflateInit2(stream_.get(), -MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

size_t InflatedMessage::held() const {
  const bool has_window = size() > 0;  // zlib makes it with the first byte that comes out
  return allocated(sizeof(InflatedMessage)) + allocated(sizeof(LongMessage)) + message_->held() +
         allocated(sizeof(z_stream_s)) + allocated(inflate_state) +
         (has_window ? allocated(inflate_window) : 0);
}

InflatedMessage::Outcome InflatedMessage::take(std::span<const char> compressed) {
  z_stream_s& stream = *stream_;
  stream.next_in = bytes_of(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  do {
    // When there is no room left, whether a byte comes that would need some.
    char beyond;
    std::span<char> room = message_->room();
    const bool is_full = room.empty();
    if (is_full) room = {&beyond, 1};
    stream.next_out = bytes_of(room.data());
    stream.avail_out = static_cast<uInt>(room.size());
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    const size_t count = room.size() - stream.avail_out;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (is_full && count > 0) return Outcome::too_long;
    message_->filled(count);
    // After a block that says it is the last one others may follow (section 7.2.3.4).
    if (result == Z_STREAM_END)
      inflateReset(&stream);
    else if (result != Z_OK && result != Z_BUF_ERROR)
      return Outcome::broken;
  } while (stream.avail_in > 0 || stream.avail_out == 0);
  return Outcome::good;
}

InflatedMessage::Outcome InflatedMessage::end() {
  const Outcome outcome = take(flush_end);
  if (outcome != Outcome::good) return outcome;
  // In zlib's words: at the end of a block, with no bit of a byte left over.
  constexpr int at_end_of_block = 128;
  return stream_->data_type == at_end_of_block ? Outcome::good : Outcome::broken;
}

}  // namespace transport

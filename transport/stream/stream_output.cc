#include "transport/stream/stream_output.h"

#include <array>
#include <string>

#include "transport/stream/stream.h"

namespace transport {
namespace {

// Measured: a connection that has this much queued is better written at once than at the end of the turn.
constexpr size_t max_queued_in_turn = 64 * 1024;
// With as much as this, a system call for the connection alone is no waste.
constexpr size_t worth_writing = 2 * 1024;
constexpr size_t max_parts = 64;

}  // namespace

void StreamOutput::add_to_batch(BufferRef frame) {
  if (batch_->bytes() + frame->size() > OutgoingBatch::max_bytes) end_batch();
  batch_->add(std::move(frame));
  on_queued();
}

void StreamOutput::end_batch() {
  if (batch_ && !batch_->empty()) batch_->move_to(queue_);
}

void StreamOutput::queue(BufferRef frame) {
  end_batch();
  queue_.push(std::move(frame));
  on_queued();
}

void StreamOutput::queue(std::string_view bytes) {
  queue(Buffer::of(bytes));
}

void StreamOutput::on_queued() {
  const size_t queued = held();
  if (waits_) {
    count();
  } else {
    Loop::State& state = stream_.state();
    if (!in_unwritten_) {
      in_unwritten_ = true;
      state.add_unwritten(stream_);
    }
    if (queued >= worth_writing && !in_full_) {
      in_full_ = true;
      state.add_full(stream_);
    }
    if (queued >= max_queued_in_turn)
      write();
    else
      state.write_early();
  }
  if (queued > max_held_ && held() > max_held_) [[unlikely]]
    stream_.drop("outgoing queue over " + std::to_string(max_held_) + " bytes: the peer reads too slowly",
                 &Counters::closed_slow);
}

void StreamOutput::write() {
  std::array<iovec, max_parts> parts;
  end_batch();
  while (!queue_.empty() && !waits_) {
    const auto filled = queue_.gather(stream_.state().write_scratch, parts);
    size_t gathered = 0;
    for (const iovec& part : filled) gathered += part.iov_len;
    on_written(stream_.socket().write_some(filled), gathered);
  }
  count();
  if (queue_.empty()) stream_.on_all_written();
}

void StreamOutput::on_written(const Socket::Result& result, size_t gathered) {
  if (result.outcome == Socket::Outcome::failed) {
    stream_.set_reason({0, true, stream_.socket().failure_text(result), &Counters::closed_failed});
    return stream_.end();
  }
  stream_.state().counters.bytes_sent.add(result.size);
  queue_.pop(result.size);
  if (result.size > 0) stream_.on_taken();
  if (result.size < gathered) wait();
}

void StreamOutput::wait() {
  queue_.begin_to_wait();
  stream_.socket().wait_writable([this](asio::error_code error) {
    waits_ = false;
    if (!stream_.is_usable(error)) return;
    // The peer has taken something, however slow it is.
    if (stream_.talking()) stream_.talk().on_heard();
    stream_.state().do_for(stream_, [this] { write(); });
  });
  waits_ = true;  // now that there was memory for it
}

void StreamOutput::clear() {
  queue_.clear();
  batch_.reset();
  count();
}

void StreamOutput::count() {
  const size_t queued = bytes();
  stream_.state().counters.queued_bytes.add(queued - std::exchange(counted_, queued));
  stream_.account()->set(Holding::output, held() + queue_.own_held());
}

}  // namespace transport

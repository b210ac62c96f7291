// What goes out on a TcpConnection: queued in a turn, written after reads and at the turn's end.
#include <array>
#include <cassert>
#include <utility>

#include "transport/tcp_connection.h"

namespace transport {
namespace {

// Measured: a connection that has this much queued is better written at once than at the end of the turn.
constexpr size_t max_queued_in_turn = 64 * 1024;
// With as much as this, a system call for the connection alone is no waste.
constexpr size_t worth_writing = 2 * 1024;
constexpr size_t max_parts = 64;

}  // namespace

void TcpConnection::send(BufferRef frame) {
  assert(frame->size() <= max_frame_size_);
  if (stage_ != Stage::open) return;
  if (!batch_) [[likely]] {
    queue_.push(std::move(frame));
    return on_queued();
  }
  if (batch_->bytes() + frame->size() > OutgoingBatch::max_bytes) end_batch();
  batch_->add(std::move(frame));
  on_queued();
}

void TcpConnection::queue(BufferRef frame) {
  end_batch();
  queue_.push(std::move(frame));
  on_queued();
}

void TcpConnection::end_batch() {
  if (batch_ && !batch_->empty()) batch_->move_to(queue_, framing_);
}

void TcpConnection::on_queued() {
  const size_t queued = queued_memory();
  if (write_waiting_) {
    count_queued();
  } else {
    if (!in_unwritten_) {
      in_unwritten_ = true;
      state_.add_unwritten(*this);
    }
    if (queued >= worth_writing && !in_full_) {
      in_full_ = true;
      state_.add_full(*this);
    }
    if (queued >= max_queued_in_turn)
      write_now();
    else
      state_.write_early();
  }
  if (queued > max_queued_bytes_) [[unlikely]]
    drop_if_over();
}

void TcpConnection::drop_if_over() {
  if (stage_ == Stage::open && queued_memory() > max_queued_bytes_)
    drop("outgoing queue over " + std::to_string(max_queued_bytes_) + " bytes: the peer reads too slowly");
}

void TcpConnection::queue_bytes(std::string_view bytes) {
  BufferRef buffer = Buffer::create(0, bytes.size());
  buffer->append(bytes);
  queue(std::move(buffer));
}

void TcpConnection::write_queued() {
  in_unwritten_ = false;
  write_now();
}

void TcpConnection::write_full() {
  in_full_ = false;
  write_now();
}

void TcpConnection::write_now() {
  std::array<iovec, max_parts> parts;
  end_batch();
  while (!queue_.empty() && !write_waiting_) {
    const auto filled = queue_.gather(state_.write_scratch, parts);
    size_t gathered = 0;
    for (const iovec& part : filled) gathered += part.iov_len;
    on_written(socket_.write_some(filled), gathered);
  }
  count_queued();
  if (queue_.empty()) on_all_written();
}

void TcpConnection::on_written(const Socket::Result& result, size_t gathered) {
  if (result.outcome == Socket::Outcome::failed) {
    set_reason({0, true, socket_.failure_text(result), &Counters::closed_failed});
    return end();
  }
  state_.counters.bytes_sent.add(result.size);
  queue_.pop(result.size);
  // A response may take its time as long as the client takes some of it.
  const bool responds = stage_ == Stage::answering || (stage_ == Stage::ending && codec_.index() == 0);
  if (responds && result.size > 0) {
    deadline_ = deadline_in(served_->options.limits.handshake_timeout_ms);
  }
  if (result.size < gathered) wait_for_output();
}

void TcpConnection::wait_for_output() {
  queue_.begin_to_wait();
  socket_.wait_writable([this](asio::error_code error) {
    write_waiting_ = false;
    state_.begin_turn();
    if (stage_ == Stage::closed) return bury_later();
    if (error) return drop("the socket cannot be watched: " + error.message(), &Counters::closed_failed);
    on_heard();  // the peer has taken something, however slow it is
    state_.do_for(*this, [this] { write_now(); });
  });
  write_waiting_ = true;  // now that there was memory for it
}

void TcpConnection::on_all_written() {
  if (stage_ == Stage::answering) return begin_next_request();
  if (stage_ != Stage::ending) return;
  if (close_when_written_) return end();
  // Closing now would reset the connection if the peer is still sending, and it might never see what was
  // written.
  socket_.shut_down_sending();
  deadline_ = deadline_in(served_->options.limits.close_timeout_ms);
}

}  // namespace transport

// The connected socket below a Connection: a non-blocking descriptor, and waiting until it is ready.
//
// The seam for what carries bytes: nothing above it knows whether there is TLS. Lives on its loop's thread.
// Reads and writes go to the descriptor directly, as asio::async_write gathers 16 buffers per system call at
// most.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <sys/uio.h>

#include "transport/socket/intake.h"
#include "transport/tls/tls_stream.h"
#include "transport/tls/transfer.h"

namespace transport {

// Owns a file descriptor until it is released.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  // Closes the present one and owns that one.
  void reset(int number);

 private:
  int number_;
};

class Socket {
 public:
  using Outcome = Transfer::Outcome;
  using Result = Transfer;

  // `descriptor` must be non-blocking. If the loop cannot watch it, the socket is closed from the beginning
  // and every wait ends with an error.
  Socket(asio::io_context& io, Descriptor descriptor, std::unique_ptr<TlsStream> tls);

  // From now on what is read and written is inside of TLS; the handshake comes with the first reads.
  void start_tls(std::shared_ptr<const TlsContext> context);
  // From now on it is not, and what is there of TLS is only bytes.
  void drop_tls() { tls_.reset(); }
  // Null without TLS.
  TlsStream* tls() const { return tls_.get(); }

  Result read_some(std::span<char> into);
  Result write_some(std::span<iovec> parts);
  // What has come of what was written.
  Intake intake() { return intake_of(stream_.native_handle(), written_); }
  // Why one of them failed.
  std::string failure_text(const Result& result) const;
  // Something is there to be read, or the peer has ended.
  bool readable();
  // The peer has ended its side, or is gone, whatever is still there to be read.
  bool peer_has_left();

  // What is there, as it is on the wire; it stays there until it is skipped.
  Result peek(std::span<char> into);
  void skip(size_t size);

  // `handler(error_code)` runs once the socket is ready, or with an error after close().
  template <typename Handler>
  void wait_readable(Handler handler) {
    if (tls_ && tls_->holds_input()) {
      asio::post(stream_.get_executor(), [h = std::move(handler)]() mutable { h(asio::error_code()); });
    } else {
      stream_.async_wait(tls_ && tls_->read_waits_for_output() ? Stream::wait_write : Stream::wait_read,
                         std::move(handler));
    }
  }
  template <typename Handler>
  void wait_writable(Handler handler) {
    stream_.async_wait(Stream::wait_write, std::move(handler));
  }

  // From now on the kernel asks the other one for a sign of life after so long a silence, and gives up when
  // the listener's TCP_USER_TIMEOUT is over. Of a Unix domain socket it knows when the other side ends.
  void keep_alive(std::chrono::milliseconds silence);
  // No more is sent; the peer sees the end after what was written.
  void shut_down_sending();
  void close();
  // Gives the descriptor and its TLS away; the socket is closed from now on. Waits end with an error.
  std::pair<Descriptor, std::unique_ptr<TlsStream>> release();
  // Closes without waiting for what the kernel still holds: the peer takes nothing anyway.
  void abort();

  // The other end: "127.0.0.1:4242", "[::1]:4242", "unix:"; "unknown" if it is gone.
  std::string peer_address();

 private:
  using Stream = asio::posix::stream_descriptor;
  Result write(std::span<iovec> parts);

  Stream stream_;
  std::unique_ptr<TlsStream> tls_;
  uint64_t written_ = 0;  // bytes
};

}  // namespace transport

// The connected socket below a Connection: a non-blocking descriptor, and waiting until it is ready.
//
// The seam for what carries bytes: another carrier (TLS) needs these functions and nothing else of a
// connection changes. Lives on its loop's thread. Reads and writes go to the descriptor directly, as
// asio::async_write gathers 16 buffers per system call at most.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <sys/uio.h>

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

 private:
  int number_;
};

class Socket {
 public:
  enum class Outcome : uint8_t { done, would_block, ended, failed };
  struct Result {
    Outcome outcome = Outcome::done;
    size_t size = 0;  // bytes moved, if done
    int error = 0;    // errno, if failed
  };

  // `descriptor` must be non-blocking. If the loop cannot watch it, the socket is closed from the beginning
  // and every wait ends with an error.
  Socket(asio::io_context& io, Descriptor descriptor);

  Result read_some(std::span<char> into);
  Result write_some(std::span<iovec> parts);
  // Something is there to be read, or the peer has ended.
  bool readable();

  // `handler(error_code)` runs once the socket is ready, or with an error after close().
  template <typename Handler>
  void wait_readable(Handler handler) {
    stream_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(handler));
  }
  template <typename Handler>
  void wait_writable(Handler handler) {
    stream_.async_wait(asio::posix::stream_descriptor::wait_write, std::move(handler));
  }

  // No more is sent; the peer sees the end after what was written.
  void shut_down_sending();
  void close();
  // Gives the descriptor away; the socket is closed from now on. Waits end with an error.
  Descriptor release();
  // Closes without waiting for what the kernel still holds: the peer takes nothing anyway.
  void abort();

  // The other end: "127.0.0.1:4242", "[::1]:4242", "unix:"; "unknown" if it is gone.
  std::string peer_address();

 private:
  asio::posix::stream_descriptor stream_;
};

}  // namespace transport

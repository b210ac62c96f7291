// A connected socket that does not block, bare or below TLS. Reads and writes are those of recv() and send().
#pragma once

#include <memory>
#include <string>

#include <sys/socket.h>

#include "client/wire/fd.h"
#include "client/wire/tls.h"

namespace wire {

class Stream {
 public:
  Stream() = default;
  explicit Stream(Fd socket, std::unique_ptr<TlsSession> tls = nullptr)
      : socket_(std::move(socket)), tls_(std::move(tls)) {}

  const Fd& socket() const { return socket_; }

  ssize_t read(char* to, size_t size) const {
    return tls_ ? tls_->read(to, size) : ::recv(socket_.get(), to, size, 0);
  }
  ssize_t write(const char* from, size_t size) const {
    return tls_ ? tls_->write(from, size) : ::send(socket_.get(), from, size, MSG_NOSIGNAL);
  }

  // There are bytes to be read, and the socket will not tell.
  bool holds_bytes() const { return tls_ && tls_->holds_bytes(); }
  // The last write could not go on before something is read.
  bool waits_to_read() const { return tls_ && tls_->waits_to_read(); }

  // Nothing more is written.
  void end_writing() const {
    if (tls_) tls_->say_goodbye();
    ::shutdown(socket_.get(), SHUT_WR);
  }

  // What went wrong, if it was TLS; else empty.
  std::string failure() const { return tls_ ? tls_->failure() : std::string(); }

 private:
  Fd socket_;
  std::unique_ptr<TlsSession> tls_;  // destroyed before the socket
};

}  // namespace wire

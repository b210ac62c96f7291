// TLS, the client's side. Not for floors: what it costs is OpenSSL's.
#pragma once

#include <memory>
#include <string>

#include <sys/types.h>

#include "client/wire/fd.h"

struct ssl_ctx_st;
struct ssl_st;

namespace wire {

// The end of one connection. Its handshake happens within the first reads and writes.
class TlsSession {
 public:
  explicit TlsSession(ssl_st* owned) : ssl_(owned) {}
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  // As recv() and send() of a socket that does not block, but a write may have to wait for bytes to be read.
  ssize_t read(char* to, size_t size);
  ssize_t write(const char* from, size_t size);

  // There are bytes to be read, and the socket will not tell.
  bool holds_bytes() const;
  // The last write could not go on before something is read.
  bool waits_to_read() const { return waits_to_read_; }
  void say_goodbye();

  // What went wrong, if it was TLS.
  const std::string& failure() const { return failure_; }

 private:
  // For a result that is not above 0: what recv() or send() would have said.
  ssize_t outcome(int result);

  ssl_st* ssl_;
  bool waits_to_read_ = false;
  std::string failure_;
};

// What the connections of a client have in common. Any thread.
class TlsClient {
 public:
  // Servers must have a certificate of an authority in `authorities`, a PEM file, or of one that the system
  // trusts if that is empty. Throws std::runtime_error if the file is no good.
  explicit TlsClient(const std::string& authorities);
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient();

  // `host`, a name or an address, must be in the server's certificate.
  std::unique_ptr<TlsSession> open(const Fd& socket, const std::string& host) const;

 private:
  ssl_ctx_st* context_;
};

}  // namespace wire

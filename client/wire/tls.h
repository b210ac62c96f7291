// TLS, the client's side, read and written as a socket. Not for floors: what it costs is OpenSSL's.
#pragma once

#include <memory>
#include <string>

#include <sys/types.h>

#include "client/wire/fd.h"
#include "transport/tls/tls_client.h"

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

// `host`, a name or an address, must be in the server's certificate. The client outlives its sessions.
std::unique_ptr<TlsSession> open_tls(const transport::TlsClient& client, const Fd& socket,
                                     const std::string& host);

}  // namespace wire

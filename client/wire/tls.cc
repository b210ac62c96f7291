#include "client/wire/tls.h"

#include <cerrno>
#include <climits>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace wire {

namespace {

std::string last_error() {
  const unsigned long error = ERR_peek_last_error();
  const char* const reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

int int_size(size_t size) {
  return size > INT_MAX ? INT_MAX : static_cast<int>(size);
}

}  // namespace

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

ssize_t TlsSession::read(char* to, size_t size) {
  // A record is 16 KiB at most: one of many would be little for a read.
  size_t done = 0;
  while (done < size) {
    ERR_clear_error();
    const int result = SSL_read(ssl_, to + done, int_size(size - done));
    if (result <= 0) return done != 0 ? static_cast<ssize_t>(done) : outcome(result);
    done += static_cast<size_t>(result);
  }
  return static_cast<ssize_t>(done);
}

ssize_t TlsSession::write(const char* from, size_t size) {
  waits_to_read_ = false;
  size_t done = 0;
  while (done < size) {
    ERR_clear_error();
    const int result = SSL_write(ssl_, from + done, int_size(size - done));
    if (result <= 0) {
      waits_to_read_ = SSL_want_read(ssl_);
      return done != 0 ? static_cast<ssize_t>(done) : outcome(result);
    }
    done += static_cast<size_t>(result);
  }
  return static_cast<ssize_t>(done);
}

ssize_t TlsSession::outcome(int result) {
  const int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    errno = EAGAIN;
  } else if (error == SSL_ERROR_SSL) {
    const long verdict = SSL_get_verify_result(ssl_);
    failure_ = "TLS: " + last_error();
    if (verdict != X509_V_OK) failure_.append(": ").append(X509_verify_cert_error_string(verdict));
    errno = EPROTO;
  }
  return -1;
}

bool TlsSession::holds_bytes() const {
  return SSL_has_pending(ssl_) == 1;
}

void TlsSession::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

std::unique_ptr<TlsSession> open_tls(const transport::TlsClient& client, const Fd& socket,
                                     const std::string& host) {
  SSL* const ssl = client.new_stream(host);
  if (ssl == nullptr) throw std::runtime_error("TLS: " + last_error());
  auto session = std::make_unique<TlsSession>(ssl);
  SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);  // few connections, each with much to say
  SSL_set_fd(ssl, socket.get());
  return session;
}

}  // namespace wire

#include "tests/support/tls_client.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace test_support {

struct TlsClient::State {
  ~State() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
  int descriptor = -1;
  size_t piece_size = SIZE_MAX;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
};

void TlsClient::fail(const std::string& what) {
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  throw std::runtime_error("TLS client: " + what + (reason ? std::string(": ") + reason : ""));
}

TlsClient::TlsClient(int descriptor, const TlsClientOptions& options) : state_(std::make_unique<State>()) {
  state_->descriptor = descriptor;
  state_->piece_size = options.piece_size;
  SSL_CTX* const context = state_->context = SSL_CTX_new(TLS_client_method());
  const int version = options.version == 12 ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  if (!options.extended_master_secret) SSL_CTX_set_options(context, SSL_OP_NO_EXTENDED_MASTER_SECRET);
  if (!options.ca_file.empty()) {
    SSL_CTX_load_verify_file(context, options.ca_file.c_str());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (!options.certificate.empty() &&
      (SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) != 1))
    fail("its own certificate");
  SSL* const ssl = state_->ssl = SSL_new(context);
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (!options.server_name.empty()) {
    SSL_set_tlsext_host_name(ssl, options.server_name.c_str());
    SSL_set1_host(ssl, options.server_name.c_str());
  }
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl);
    flush();
    if (result == 1) return;
    if (SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ) fail("handshake");
    if (!fill()) fail("the server ended the handshake");
  }
}

TlsClient::~TlsClient() = default;

void TlsClient::flush() {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(state_->ssl), &bytes);
  for (std::string_view rest(bytes, static_cast<size_t>(size)); !rest.empty();) {
    const size_t piece = std::min(rest.size(), state_->piece_size);
    const ssize_t sent = ::send(state_->descriptor, rest.data(), piece, MSG_NOSIGNAL);
    // What the server has said before it went is still to be read.
    if (sent < 0) break;
    rest.remove_prefix(static_cast<size_t>(sent));
  }
  (void)BIO_reset(SSL_get_wbio(state_->ssl));
}

bool TlsClient::fill() {
  std::array<char, 16384> bytes;
  const ssize_t size = ::recv(state_->descriptor, bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  return BIO_write(SSL_get_rbio(state_->ssl), bytes.data(), static_cast<int>(size)) == size;
}

void TlsClient::send(std::string_view bytes) {
  ERR_clear_error();
  size_t written = 0;
  if (!bytes.empty() && SSL_write_ex(state_->ssl, bytes.data(), bytes.size(), &written) != 1) fail("write");
  flush();
}

long TlsClient::receive(char* into, size_t size) {
  for (;;) {
    size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(state_->ssl, into, size, &got);
    flush();
    if (result == 1) return static_cast<long>(got);
    const int error = SSL_get_error(state_->ssl, result);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    if (error != SSL_ERROR_WANT_READ) fail("read");
    if (!fill()) return -1;
  }
}

void TlsClient::send_close_notify() {
  SSL_shutdown(state_->ssl);
  flush();
}

std::string TlsClient::server_name() const {
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(state_->ssl)), NID_commonName,
                            name.data(), static_cast<int>(name.size()));
  return name.data();
}

std::string TlsClient::cipher() const {
  return SSL_get_cipher_name(state_->ssl);
}

bool TlsClient::ask_for_new_keys() {
  ERR_clear_error();
  const bool asked = SSL_version(state_->ssl) == TLS1_3_VERSION
                         ? SSL_key_update(state_->ssl, SSL_KEY_UPDATE_REQUESTED) == 1
                         : SSL_renegotiate(state_->ssl) == 1;
  if (asked) SSL_do_handshake(state_->ssl);
  flush();
  return asked;
}

std::string TlsClient::exporter() const {
  constexpr std::string_view label = "EXPORTER-Channel-Binding";
  std::string secret(32, '\0');
  SSL_export_keying_material(state_->ssl, reinterpret_cast<unsigned char*>(secret.data()), secret.size(),
                             label.data(), label.size(), nullptr, 0, 0);
  return secret;
}

std::string TlsClient::own_finished() const {
  std::array<char, 64> message;
  return {message.data(), SSL_get_finished(state_->ssl, message.data(), message.size())};
}

std::string TlsClient::server_finished() const {
  std::array<char, 64> message;
  return {message.data(), SSL_get_peer_finished(state_->ssl, message.data(), message.size())};
}

bool TlsClient::can_resume() const {
  return SSL_SESSION_is_resumable(SSL_get0_session(state_->ssl)) == 1;
}

}  // namespace test_support

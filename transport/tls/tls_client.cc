#include "transport/tls/tls_client.h"

#include <stdexcept>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "transport/tls/pem.h"

namespace transport {

struct TlsClient::Context {
  Freed<SSL_CTX, SSL_CTX_free> context{SSL_CTX_new(TLS_client_method())};
};

TlsClient::TlsClient(const TlsClientSettings& settings) : context_(std::make_unique<const Context>()) {
  SSL_CTX* const context = context_->context.get();
  if (!context) throw std::runtime_error("TLS: " + complaint());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_verify(context, settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (settings.authorities.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else {
    for (const CertificatePtr& certificate : certificates_of(settings.authorities))
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
  }
  if (!settings.key_pair.certificate.empty()) use_key_pair(context, settings.key_pair);
}

TlsClient::~TlsClient() = default;

std::shared_ptr<const TlsClient> TlsClient::load(const TlsClientSettings& settings) {
  return std::shared_ptr<const TlsClient>(new TlsClient(settings));
}

ssl_st* TlsClient::new_stream(const std::string& server) const {
  SSL* const stream = SSL_new(context_->context.get());
  if (!stream) return nullptr;
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream), server.c_str()) != 1) {
    SSL_set1_host(stream, server.c_str());
    SSL_set_tlsext_host_name(stream, server.c_str());
  }
  SSL_set_connect_state(stream);
  return stream;
}

}  // namespace transport

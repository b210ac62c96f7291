#include "transport/tls/tls.h"

#include <stdexcept>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "transport/memory/freed_by.h"
#include "transport/tls/certificate.h"
#include "transport/tls/pem.h"

namespace transport {
namespace {

constexpr const char* default_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr int max_chain_length = 10;

using ContextPtr = Freed<SSL_CTX, SSL_CTX_free>;

void set_rules(SSL_CTX* context, const std::string& ciphers) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 1);
  // For lists of ciphers with finite-field Diffie-Hellman.
  SSL_CTX_set_dh_auto(context, 1);
  if (SSL_CTX_set_cipher_list(context, ciphers.empty() ? default_ciphers : ciphers.c_str()) != 1)
    throw std::runtime_error("ciphers: OpenSSL knows no cipher in \"" + ciphers + "\"");
}

void ask_for_client_certificate(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.ca_certificates.empty()) return;
  for (const std::string& file : settings.ca_certificates) {
    for (const CertificatePtr& certificate : certificates_of(file)) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
      SSL_CTX_add_client_CA(context, certificate.get());
    }
  }
  const int required = settings.client_certificate_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
  SSL_CTX_set_verify_depth(context, max_chain_length);
}

}  // namespace

struct TlsContext::Entry {
  ContextPtr context{SSL_CTX_new(TLS_server_method())};
  CertificatePtr certificate;
};

TlsContext::TlsContext(const TlsSettings& settings) {
  for (const TlsKeyPair& files : settings.key_pairs) {
    Entry& entry = *entries_.emplace_back(std::make_unique<Entry>());
    if (!entry.context) throw std::runtime_error("TLS: " + complaint());
    set_rules(entry.context.get(), settings.ciphers);
    ask_for_client_certificate(entry.context.get(), settings);
    entry.certificate = use_key_pair(entry.context.get(), files);
    descriptions_.push_back(files.certificate + ": " + description_of(entry.certificate.get()));
    if (const std::string warning = validity_warning(entry.certificate.get()); !warning.empty())
      warnings_.push_back(files.certificate + ": " + warning);
  }
  SSL_CTX* const first = entries_.front()->context.get();
  SSL_CTX_set_tlsext_servername_callback(first, choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(first, this);
}

TlsContext::~TlsContext() = default;

std::shared_ptr<const TlsContext> TlsContext::load(const TlsSettings& settings) {
  return std::shared_ptr<const TlsContext>(new TlsContext(settings));
}

// A stream whose context changes keeps what it asks of the client; all contexts trust the same authorities.
int TlsContext::choose_certificate(ssl_st* stream, int*, void* self) {
  const char* const name = SSL_get_servername(stream, TLSEXT_NAMETYPE_host_name);
  if (!name) return SSL_TLSEXT_ERR_NOACK;
  for (const auto& entry : static_cast<const TlsContext*>(self)->entries_) {
    if (X509_check_host(entry->certificate.get(), name, 0, 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(stream, entry->context.get());
    break;
  }
  ERR_clear_error();
  return SSL_TLSEXT_ERR_OK;
}

ssl_st* TlsContext::new_stream() const {
  SSL* const stream = SSL_new(entries_.front()->context.get());
  if (stream) SSL_set_accept_state(stream);
  return stream;
}

}  // namespace transport

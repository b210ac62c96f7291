#include "transport/tls/tls.h"

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "transport/memory/freed_by.h"
#include "transport/tls/certificate.h"

namespace transport {
namespace {

constexpr const char* default_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr size_t max_pem_size = 4 * 1024 * 1024;
constexpr int max_chain_length = 10;

using CertificatePtr = Freed<X509, X509_free>;
using KeyPtr = Freed<EVP_PKEY, EVP_PKEY_free>;
using BioPtr = Freed<BIO, BIO_free>;
using ContextPtr = Freed<SSL_CTX, SSL_CTX_free>;

[[noreturn]] void fail(const std::string& file, const std::string& reason) {
  throw std::runtime_error(file + ": " + reason);
}

// The first thing that OpenSSL complained of.
std::string complaint() {
  const char* const text = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return text ? text : "unknown error";
}

std::string content_of(const std::string& file) {
  const Freed<FILE, std::fclose> opened(std::fopen(file.c_str(), "rbe"));
  if (!opened) fail(file, std::generic_category().message(errno));
  std::string content(max_pem_size, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), opened.get()));
  if (std::ferror(opened.get())) fail(file, "cannot be read");
  return content;
}

BioPtr bio_of(const std::string& content) {
  return BioPtr(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
}

std::vector<CertificatePtr> certificates_of(const std::string& file) {
  ERR_clear_error();
  const std::string content = content_of(file);
  const BioPtr bio = bio_of(content);
  std::vector<CertificatePtr> certificates;
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    certificates.emplace_back(next);
  const auto error = ERR_peek_last_error();
  if (certificates.empty() || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
    fail(file, certificates.empty() ? "holds no certificate in PEM" : "a broken certificate: " + complaint());
  ERR_clear_error();
  return certificates;
}

// Nobody is asked for a passphrase.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

KeyPtr key_of(const std::string& file) {
  ERR_clear_error();
  std::string content = content_of(file);
  bool encrypted = false;
  KeyPtr key(PEM_read_bio_PrivateKey(bio_of(content).get(), nullptr, no_passphrase, &encrypted));
  OPENSSL_cleanse(content.data(), content.size());
  if (!key) fail(file, encrypted ? "the key has a passphrase; it must be without" : "holds no key in PEM");
  return key;
}

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
    fail("ciphers", "OpenSSL knows no cipher in \"" + ciphers + "\"");
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

void use(SSL_CTX* context, const TlsKeyPair& files, const std::vector<CertificatePtr>& own) {
  const Freed<STACK_OF(X509), [](STACK_OF(X509) * s) { sk_X509_free(s); }> chain(sk_X509_new_null());
  for (size_t i = 1; i < own.size(); ++i) sk_X509_push(chain.get(), own[i].get());
  std::vector<std::vector<CertificatePtr>> further;
  for (const std::string& file : files.chain_certificates)
    for (const CertificatePtr& certificate : further.emplace_back(certificates_of(file)))
      sk_X509_push(chain.get(), certificate.get());
  const KeyPtr key = key_of(files.key);
  if (X509_check_private_key(own.front().get(), key.get()) != 1)
    fail(files.key, "is not the key of the certificate in " + files.certificate);
  ERR_clear_error();
  if (SSL_CTX_use_cert_and_key(context, own.front().get(), key.get(), chain.get(), 1) != 1)
    fail(files.certificate, complaint());
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
    auto own = certificates_of(files.certificate);
    use(entry.context.get(), files, own);
    entry.certificate = std::move(own.front());
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

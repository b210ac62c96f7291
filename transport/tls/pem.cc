#include "transport/tls/pem.h"

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace transport {
namespace {

constexpr size_t max_pem_size = 4 * 1024 * 1024;

using BioPtr = Freed<BIO, BIO_free>;

[[noreturn]] void fail(const std::string& file, const std::string& reason) {
  throw std::runtime_error(file + ": " + reason);
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

}  // namespace

std::string complaint() {
  const char* const text = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return text ? text : "unknown error";
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

CertificatePtr use_key_pair(SSL_CTX* context, const TlsKeyPair& files) {
  auto own = certificates_of(files.certificate);
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
  return std::move(own.front());
}

}  // namespace transport

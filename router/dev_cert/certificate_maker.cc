#include "router/dev_cert/certificate_maker.h"

#include <array>
#include <memory>
#include <stdexcept>

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "transport/memory/freed_by.h"

namespace router {
namespace {

using transport::Freed;
using CertificatePtr = Freed<X509, X509_free>;
using KeyPtr = Freed<EVP_PKEY, EVP_PKEY_free>;
using BioPtr = Freed<BIO, BIO_free>;
using NumberPtr = Freed<BIGNUM, BN_free>;
using ExtensionPtr = Freed<X509_EXTENSION, X509_EXTENSION_free>;

void require(bool done, const std::string& what) {
  if (done) return;
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  throw std::runtime_error("cannot make a certificate: " + what + (reason ? std::string(": ") + reason : ""));
}

std::string content_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<size_t>(size)};
}

BioPtr bio_of(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string pem_of(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(bio.get(), certificate) == 1, "its text");
  return content_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "the key's text");
  return content_of(bio.get());
}

// 127 random bits, so never negative and never twice.
void set_serial(X509* certificate) {
  const NumberPtr number(BN_new());
  constexpr int serial_bits = 127;
  require(number && BN_rand(number.get(), serial_bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
          "its serial number");
}

void set_times(X509* certificate, const CertificateWish& wish) {
  using std::chrono::system_clock;
  require(ASN1_TIME_set(X509_getm_notBefore(certificate), system_clock::to_time_t(wish.from)) &&
              ASN1_TIME_set(X509_getm_notAfter(certificate), system_clock::to_time_t(wish.until)),
          "its time");
}

void set_name(X509* certificate, const std::string& common_name) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  require(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, bytes,
                                     static_cast<int>(common_name.size()), -1, 0) == 1,
          "the name \"" + common_name + "\"");
}

void add(X509* certificate, X509* issuer, int extension, const std::string& value) {
  X509V3_CTX rules;
  X509V3_set_ctx(&rules, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr made(X509V3_EXT_nconf_nid(nullptr, &rules, extension, value.c_str()));
  require(made && X509_add_ext(certificate, made.get(), -1) == 1, value);
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes;
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

// As one string of OpenSSL's language for extensions, which a comma in a name would change.
std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    require(!name.empty() && name.find_first_of(",;=\\ \t\n") == name.npos, "the name \"" + name + "\"");
    list += (list.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  }
  return list;
}

void add_extensions(X509* certificate, X509* issuer, const CertificateWish& wish) {
  const bool authority = wish.use == CertificateWish::Use::authority;
  const bool server = wish.use == CertificateWish::Use::server;
  add(certificate, issuer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add(certificate, issuer, NID_key_usage,
      authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  add(certificate, issuer, NID_subject_key_identifier, "hash");
  if (issuer != certificate) add(certificate, issuer, NID_authority_key_identifier, "keyid");
  if (!authority) add(certificate, issuer, NID_ext_key_usage, server ? "serverAuth" : "clientAuth");
  if (!wish.names.empty()) add(certificate, issuer, NID_subject_alt_name, alternative_names(wish.names));
}

}  // namespace

MadeCertificate make_certificate(const CertificateWish& wish, const MadeCertificate* authority) {
  ERR_clear_error();
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate(X509_new());
  require(key && certificate, "no memory");
  CertificatePtr issuer;
  KeyPtr signer;
  if (authority) {
    issuer.reset(PEM_read_bio_X509(bio_of(authority->certificate).get(), nullptr, nullptr, nullptr));
    signer.reset(PEM_read_bio_PrivateKey(bio_of(authority->key).get(), nullptr, nullptr, nullptr));
    require(issuer && signer, "the authority's files");
    require(X509_check_private_key(issuer.get(), signer.get()) == 1, "the authority's key");
  }
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_serial(certificate.get());
  set_times(certificate.get(), wish);
  set_name(certificate.get(), wish.common_name);
  X509* const signing = issuer ? issuer.get() : certificate.get();
  require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(signing)) == 1 &&
              X509_set_pubkey(certificate.get(), key.get()) == 1,
          "its fields");
  add_extensions(certificate.get(), signing, wish);
  require(X509_sign(certificate.get(), signer ? signer.get() : key.get(), EVP_sha256()) > 0, "signing");
  return {pem_of(certificate.get()), pem_of(key.get())};
}

}  // namespace router

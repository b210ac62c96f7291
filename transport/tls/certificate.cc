#include "transport/tls/certificate.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "transport/memory/freed_by.h"

namespace transport {
namespace {

std::string fingerprint(X509* certificate, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (X509_digest(certificate, digest, bytes.data(), &size) != 1) return "";
  constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    if (i > 0) text += ':';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

std::string time_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "";
  std::array<char, sizeof "2026-11-22T20:00:00Z"> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string utf8_text(const ASN1_STRING* string) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, string);
  if (size < 0) return "";
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

std::string common_name(X509* certificate) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  const int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (place < 0) return "";
  return utf8_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place)));
}

std::string serial_of(X509* certificate) {
  const Freed<BIGNUM, BN_free> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* const digits = number ? BN_bn2hex(number.get()) : nullptr;
  const std::string text = digits ? digits : "";
  OPENSSL_free(digits);
  return text;
}

std::string name_text(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS) return utf8_text(name->d.dNSName);
  if (name->type != GEN_IPADD) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(name->d.iPAddress) == 4 ? AF_INET : AF_INET6;
  ::inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), text.data(), text.size());
  return text.data();
}

std::string names_of(X509* certificate) {
  auto* const names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string text;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const std::string name = name_text(sk_GENERAL_NAME_value(names, i));
    if (!name.empty()) text += (text.empty() ? "" : ", ") + name;
  }
  GENERAL_NAMES_free(names);
  return text.empty() ? common_name(certificate) : text;
}

}  // namespace

ClientCertificate read_client_certificate(x509_st* certificate) {
  ClientCertificate told;
  told.common_name = common_name(certificate);
  told.sha1 = fingerprint(certificate, EVP_sha1());
  told.sha256 = fingerprint(certificate, EVP_sha256());
  told.serial = serial_of(certificate);
  told.not_before = time_text(X509_get0_notBefore(certificate));
  told.not_after = time_text(X509_get0_notAfter(certificate));
  ERR_clear_error();
  return told;
}

std::string description_of(x509_st* certificate) {
  return names_of(certificate) + "; valid until " + time_text(X509_get0_notAfter(certificate)) +
         "; SHA-256 " + fingerprint(certificate, EVP_sha256());
}

std::string validity_warning(x509_st* certificate) {
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
    return "this certificate has expired, on " + time_text(X509_get0_notAfter(certificate));
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
    return "this certificate is not valid before " + time_text(X509_get0_notBefore(certificate));
  return "";
}

}  // namespace transport

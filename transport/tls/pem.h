// Certificates and keys in files of PEM, for the sources of this room.
//
// Any thread. What cannot be used throws std::runtime_error with the file and the reason.
#pragma once

#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "transport/memory/freed_by.h"
#include "transport/tls/tls.h"

struct ssl_ctx_st;

namespace transport {

using CertificatePtr = Freed<X509, X509_free>;
using KeyPtr = Freed<EVP_PKEY, EVP_PKEY_free>;

// The first thing that OpenSSL complained of.
std::string complaint();

// At least one.
std::vector<CertificatePtr> certificates_of(const std::string& file);

// From now on the context shows this certificate, which is given back, and has its key.
CertificatePtr use_key_pair(ssl_ctx_st* context, const TlsKeyPair& files);

}  // namespace transport

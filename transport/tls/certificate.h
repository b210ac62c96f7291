// What is told of an X.509 certificate.
//
// Pure functions; any thread. OpenSSL's type is only named here, so its headers stay behind their door.
#pragma once

#include <string>

#include "transport/tls/client_certificate.h"

struct x509_st;

namespace transport {

ClientCertificate read_client_certificate(x509_st* certificate);

// "localhost, 127.0.0.1; valid until 2027-02-25T00:00:00Z; SHA-256 AB:CD:..."
std::string description_of(x509_st* certificate);

// Why nobody will accept it today; "" if it is valid.
std::string validity_warning(x509_st* certificate);

}  // namespace transport

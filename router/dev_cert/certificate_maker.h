// Makes X.509 certificates with fresh ECDSA P-256 keys (OpenSSL).
//
// Pure functions but for the random numbers; any thread. Failures throw std::runtime_error.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace router {

// Both in PEM.
struct MadeCertificate {
  std::string certificate;
  std::string key;
};

struct CertificateWish {
  enum class Use { authority, server, client };
  Use use = Use::server;
  std::string common_name;              // at most 64 bytes
  std::vector<std::string> names = {};  // of a server: DNS names and IP addresses
  std::chrono::system_clock::time_point from;
  std::chrono::system_clock::time_point until;
};

// Signed by `authority`, or by itself without one.
MadeCertificate make_certificate(const CertificateWish& wish, const MadeCertificate* authority);

}  // namespace router

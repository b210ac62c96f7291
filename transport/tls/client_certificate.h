// What the router may know of a client's TLS certificate, which was verified against `ca_certificates`.
#pragma once

#include <string>

namespace transport {

struct ClientCertificate {
  std::string common_name;  // of the subject; UTF-8, "" if it has none
  std::string sha1;         // fingerprints of the whole certificate: "B6:E5:...", 20 and 32 bytes
  std::string sha256;
  std::string serial;      // in upper-case hexadecimal digits
  std::string not_before;  // UTC: "2026-11-22T20:00:00Z"
  std::string not_after;
};

}  // namespace transport

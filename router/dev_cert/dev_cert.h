// "wampd dev-cert": certificates for a developer's machine, signed by an authority of its own.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace router {

struct DevCertOptions {
  std::string directory = "certs";
  std::vector<std::string> names;    // the server is to have, besides localhost, 127.0.0.1 and ::1
  std::vector<std::string> clients;  // to make a certificate for, each with that name
};

// Makes ca.pem, server.pem, and NAME.pem for each client, with their keys in *.key, which only the owner may
// read. An authority that is there is used, never replaced; a server's certificate that is there stays if
// only clients are asked for. Returns what to tell the user; throws std::runtime_error.
std::string make_dev_certificates(const DevCertOptions& options);

}  // namespace router

// The TLS of connections that are made: whom they trust, and what they show of themselves (OpenSSL 3).
//
// Immutable once loaded, any thread. TLS 1.2 and 1.3; no renegotiation, no compression, no resumption.
#pragma once

#include <memory>
#include <string>

#include "transport/tls/tls.h"

namespace transport {

struct TlsClientSettings {
  std::string authorities = {};  // file in PEM: who may have signed the server's certificate; empty: whom the
                                 // system trusts
  TlsKeyPair key_pair = {};      // that is shown to servers that ask; without a certificate: none
  // False: any certificate of anybody will do.
  bool verify = true;
};

class TlsClient {
 public:
  // Reads all files. Throws std::runtime_error with the file and the reason.
  static std::shared_ptr<const TlsClient> load(const TlsClientSettings& settings);
  ~TlsClient();

  // The client's side of a connection, for TlsStream; null if there is no memory. `server`, a name or an
  // address, must be in the server's certificate.
  ssl_st* new_stream(const std::string& server) const;

 private:
  struct Context;
  explicit TlsClient(const TlsClientSettings& settings);

  const std::unique_ptr<const Context> context_;
};

}  // namespace transport

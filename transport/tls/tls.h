// The TLS of a listener: its certificates, and what it asks of its clients (OpenSSL 3).
//
// Immutable once loaded, any thread. A connection keeps the one it began with, so another one may take its
// place at any time. TLS 1.2 and 1.3; no renegotiation, no compression, no resumption, so no key outlives a
// connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct ssl_st;

namespace transport {

// Files in PEM.
struct TlsKeyPair {
  std::string certificate;                           // followed by those of its chain, if there are any
  std::string key;                                   // without a passphrase
  std::vector<std::string> chain_certificates = {};  // further ones of the chain

  bool operator==(const TlsKeyPair&) const = default;
};

struct TlsSettings {
  // At least one. The first is for clients that name no server (SNI), or one that no certificate is for.
  std::vector<TlsKeyPair> key_pairs;
  std::string ciphers = {};  // of TLS 1.2, in OpenSSL's words; empty: those with forward secrecy and AEAD
  // Who may have signed clients' certificates; empty: clients are not asked for one.
  std::vector<std::string> ca_certificates = {};
  bool client_certificate_required = true;

  bool operator==(const TlsSettings&) const = default;
};

class TlsContext {
 public:
  // Reads all files. Throws std::runtime_error with the file and the reason.
  static std::shared_ptr<const TlsContext> load(const TlsSettings& settings);
  ~TlsContext();

  // One line for each key pair: whom it is for, until when, its fingerprint.
  const std::vector<std::string>& descriptions() const { return descriptions_; }
  // What was loaded but will not serve its purpose: certificates that have expired.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The server's side of a connection, for TlsStream; null if there is no memory.
  ssl_st* new_stream() const;

 private:
  struct Entry;
  explicit TlsContext(const TlsSettings& settings);
  static int choose_certificate(ssl_st* stream, int* alert, void* self);

  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<std::string> descriptions_;
  std::vector<std::string> warnings_;
};

}  // namespace transport

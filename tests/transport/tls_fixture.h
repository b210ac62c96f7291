// A listener with TLS, and clients that say what they want of it.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/certificates.h"
#include "tests/support/raw_client.h"
#include "tests/transport/server.h"
#include "transport/tls/tls.h"

namespace transport {

using test_support::Certificates;
using test_support::RawClient;
using test_support::TlsClientOptions;

class ATlsListener : public testing::Test {
 protected:
  TlsKeyPair pair(const std::string& name = "localhost") const {
    return {.certificate = certificates.certificate(name), .key = certificates.key(name)};
  }
  TlsSettings settings() const { return {.key_pairs = {pair()}}; }
  TlsSettings with_client_certificates(bool required) const {
    return {.key_pairs = {pair()},
            .ca_certificates = {certificates.ca()},
            .client_certificate_required = required};
  }
  static ConnectionOptions options(const TlsSettings& settings) {
    return {.limits = patient_limits(), .tls = TlsContext::load(settings)};
  }
  void start(const TlsSettings& settings) { server = std::make_unique<Server>(options(settings)); }
  void start() { start(settings()); }

  RawClient secure(const TlsClientOptions& wanted = {}) const {
    RawClient client = server->connect();
    client.secure(wanted);
    return client;
  }
  RawClient open(const TlsClientOptions& wanted = {}) const {
    RawClient client = secure(wanted);
    EXPECT_EQ(client.handshake().status, 101);
    return client;
  }
  TlsClientOptions as(const std::string& name, int version = 13) const {
    return {.version = version, .certificate = certificates.certificate(name), .key = certificates.key(name)};
  }
  static std::string error_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  // What comes of a client that may be refused during or, in TLS 1.3, after its handshake.
  std::string refusal(const TlsClientOptions& wanted) {
    return error_of([&] { secure(wanted).handshake(); });
  }
  bool remarked(const std::string& what) { return server->remarked(what); }
  void echo(RawClient& client, const std::string& text = "hello") {
    client.send_text(text);
    EXPECT_EQ(client.read_message(), text);
  }

  Certificates certificates;
  std::unique_ptr<Server> server;
};

}  // namespace transport

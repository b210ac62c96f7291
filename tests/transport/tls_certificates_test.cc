// The certificates of a listener and of its clients: which are taken, which are refused, and how new ones
// come.
#include <chrono>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/transport/tls_fixture.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ATlsListener, ChoosesTheCertificateByTheNameThatIsAskedFor) {
  certificates.make("other.example", Certificates::Use::server);
  certificates.make("*.wild.example", Certificates::Use::server);
  start({.key_pairs = {pair(), pair("other.example"), pair("*.wild.example")}});
  for (const int version : {12, 13}) {
    const auto served = [&](const std::string& name) {
      return open({.version = version, .server_name = name}).tls().server_name();
    };
    EXPECT_EQ(served("localhost"), "localhost");
    EXPECT_EQ(served("other.example"), "other.example");
    EXPECT_EQ(served("OTHER.example"), "other.example");
    EXPECT_EQ(served("a.wild.example"), "*.wild.example");
    EXPECT_EQ(served("a.b.wild.example"), "localhost");
    EXPECT_EQ(served("unknown.example"), "localhost");
    EXPECT_EQ(served(""), "localhost");
  }
}

TEST_F(ATlsListener, AsksForAClientCertificateWhicheverCertificateIsChosen) {
  certificates.make("other.example", Certificates::Use::server);
  certificates.make("alice", Certificates::Use::client);
  TlsSettings wanted = with_client_certificates(true);
  wanted.key_pairs.push_back(pair("other.example"));
  start(wanted);
  TlsClientOptions alice = as("alice");
  alice.server_name = "other.example";
  RawClient client = open(alice);
  server->on_loop([&] { EXPECT_EQ(server->connection().client_certificate()->common_name, "alice"); });
  EXPECT_THAT(refusal({.server_name = "other.example"}), HasSubstr("certificate required"));
}

TEST_F(ATlsListener, TellsTheClientsCertificate) {
  certificates.make("alice", Certificates::Use::client);
  start(with_client_certificates(false));
  for (const int version : {12, 13}) {
    RawClient client = open(as("alice", version));
    server->on_loop([&] {
      const ClientCertificate* certificate = server->connection().client_certificate();
      ASSERT_NE(certificate, nullptr);
      EXPECT_EQ(certificate->common_name, "alice");
      EXPECT_THAT(certificate->sha1, testing::MatchesRegex("([0-9A-F][0-9A-F]:){19}[0-9A-F][0-9A-F]"));
      EXPECT_THAT(certificate->sha256, testing::MatchesRegex("([0-9A-F][0-9A-F]:){31}[0-9A-F][0-9A-F]"));
      EXPECT_THAT(certificate->not_after, testing::MatchesRegex("20..-..-..T..:..:..Z"));
      EXPECT_NE(certificate->serial, "");
    });
  }
  RawClient nobody = open();
  server->on_loop([&] { EXPECT_EQ(server->connection().client_certificate(), nullptr); });
}

TEST_F(ATlsListener, GivesTheCertificateToRequestsToo) {
  certificates.make("alice", Certificates::Use::client);
  start(with_client_certificates(false));
  server->requested = [](const HttpRequest& request) {
    return text_response(200,
                         request.client_certificate ? request.client_certificate->common_name : "nobody");
  };
  RawClient client = secure(as("alice"));
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().body, "alice\n");
}

TEST_F(ATlsListener, RefusesClientCertificatesThatAreNotGood) {
  certificates.make("expired", Certificates::Use::client, -1h);
  certificates.make("server-only", Certificates::Use::server);
  Certificates foreign;
  foreign.make("mallory", Certificates::Use::client);
  start(with_client_certificates(false));
  for (const int version : {12, 13}) {
    EXPECT_THAT(refusal(as("expired", version)), HasSubstr("certificate expired"));
    EXPECT_THAT(refusal(as("server-only", version)), HasSubstr("TLS client: "));
    EXPECT_THAT(refusal({.version = version,
                         .certificate = foreign.certificate("mallory"),
                         .key = foreign.key("mallory")}),
                HasSubstr("unknown ca"));
  }
  EXPECT_TRUE(remarked("its certificate is not accepted: certificate has expired"));
  EXPECT_TRUE(remarked("its certificate is not accepted: un"));
}

TEST_F(ATlsListener, RefusesClientsWithoutACertificateIfItIsRequired) {
  certificates.make("alice", Certificates::Use::client);
  start(with_client_certificates(true));
  EXPECT_THAT(refusal({.version = 12}), HasSubstr("TLS client: "));
  EXPECT_THAT(refusal({.version = 13}), HasSubstr("certificate required"));
  EXPECT_TRUE(remarked("peer did not return a certificate"));
  RawClient client = open(as("alice"));
  echo(client);
}

TEST_F(ATlsListener, GivesNewConnectionsTheNewCertificateAndLeavesOldOnesAlone) {
  certificates.make("renewed", Certificates::Use::server);
  start();
  RawClient before = open();
  RawClient halfway = server->connect();
  server->settle();
  server->listener().serve(*server, options({.key_pairs = {pair("renewed")}}));
  EXPECT_EQ(open().tls().server_name(), "renewed");
  halfway.secure();
  EXPECT_EQ(halfway.tls().server_name(), "localhost");
  echo(before);
}

TEST_F(ATlsListener, CountsConnectionsOverAChangeOfWhatIsServed) {
  server = std::make_unique<Server>(options(settings()), ListenOptions{.port = 0, .max_connections = 2});
  RawClient one = open();
  server->listener().serve(*server, options(settings()));
  RawClient two = open();
  RawClient three = server->connect();
  EXPECT_TRUE(three.ended());
}

// ---- loading

TEST_F(ATlsListener, IsNotMadeOfFilesThatAreNoGood) {
  const auto error = [&](const TlsSettings& s) { return error_of([&] { TlsContext::load(s); }); };
  const std::string empty = certificates.folder().file("empty.pem");
  std::ofstream(empty) << "nothing\n";
  certificates.make("other", Certificates::Use::server);

  EXPECT_EQ(error({.key_pairs = {{.certificate = "/nowhere.pem", .key = certificates.key()}}}),
            "/nowhere.pem: No such file or directory");
  EXPECT_EQ(error({.key_pairs = {{.certificate = empty, .key = certificates.key()}}}),
            empty + ": holds no certificate in PEM");
  EXPECT_EQ(error({.key_pairs = {{.certificate = certificates.certificate(), .key = empty}}}),
            empty + ": holds no key in PEM");
  EXPECT_EQ(
      error({.key_pairs = {{.certificate = certificates.certificate(), .key = certificates.key("other")}}}),
      certificates.key("other") + ": is not the key of the certificate in " + certificates.certificate());
  EXPECT_EQ(error({.key_pairs = {pair()}, .ciphers = "NO-SUCH"}),
            "ciphers: OpenSSL knows no cipher in \"NO-SUCH\"");
  EXPECT_EQ(error({.key_pairs = {pair()}, .ca_certificates = {empty}}),
            empty + ": holds no certificate in PEM");
  const std::string broken = certificates.folder().file("broken.pem");
  std::ofstream(broken) << "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  EXPECT_THAT(error({.key_pairs = {{.certificate = broken, .key = certificates.key()}}}),
              StartsWith(broken + ": "));
}

TEST_F(ATlsListener, AsksNobodyForThePassphraseOfAKey) {
  const std::string key = certificates.folder().file("secret.key");
  ASSERT_EQ(std::system(("openssl pkey -in " + certificates.key() + " -aes256 -passout pass:x -out " + key +
                         " 2>/dev/null")
                            .c_str()),
            0);
  EXPECT_EQ(error_of([&] {
              TlsContext::load({.key_pairs = {{.certificate = certificates.certificate(), .key = key}}});
            }),
            key + ": the key has a passphrase; it must be without");
}

TEST_F(ATlsListener, WarnsOfCertificatesThatHaveExpired) {
  certificates.make("expired", Certificates::Use::server, -1h);
  const auto context = TlsContext::load({.key_pairs = {pair(), pair("expired")}});
  ASSERT_EQ(context->warnings().size(), 1u);
  EXPECT_THAT(context->warnings()[0],
              StartsWith(certificates.certificate("expired") + ": this certificate has expired, on 20"));
  ASSERT_EQ(context->descriptions().size(), 2u);
  EXPECT_THAT(context->descriptions()[0],
              testing::MatchesRegex(".*localhost.pem: localhost; valid until 20.*Z; SHA-256 [0-9A-F:]{95}"));
}

TEST_F(ATlsListener, SendsTheWholeChain) {
  certificates.make("intermediate", Certificates::Use::authority);
  certificates.make_by("intermediate", "leaf", Certificates::Use::server);
  const std::string chain = certificates.folder().file("chain.pem");
  std::ofstream(chain) << std::ifstream(certificates.certificate("leaf")).rdbuf()
                       << std::ifstream(certificates.certificate("intermediate")).rdbuf();
  TlsKeyPair in_two_files = pair("leaf");
  in_two_files.chain_certificates = {certificates.certificate("intermediate")};
  for (const TlsKeyPair& way : {in_two_files, TlsKeyPair{chain, certificates.key("leaf"), {}}}) {
    start({.key_pairs = {way}});
    RawClient client = open({.server_name = "leaf", .ca_file = certificates.ca()});
    echo(client);
  }
}

TEST_F(ATlsListener, SpeaksTheCiphersThatAreConfigured) {
  TlsSettings wanted = settings();
  wanted.ciphers = "ECDHE-ECDSA-AES128-SHA256";
  start(wanted);
  RawClient client = open({.version = 12});
  EXPECT_EQ(client.tls().cipher(), "ECDHE-ECDSA-AES128-SHA256");
  start();
  EXPECT_THAT(open({.version = 12}).tls().cipher(), testing::AnyOf(HasSubstr("GCM"), HasSubstr("CHACHA20")));
}

}  // namespace
}  // namespace transport

// TLS over real sockets: handshakes of all kinds, good and bad; what comes above knows nothing of it.
#include "transport/tls.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include "tests/support/certificates.h"
#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using namespace std::chrono_literals;
using test_support::Certificates;
using test_support::RawClient;
using test_support::TlsClientOptions;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto just_after_an_hour = 3601s;

std::string sha256(const std::string& bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

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
  bool remarked(const std::string& what) {
    server->settle();
    for (const std::string& line : server->log.lines())
      if (line.starts_with("remark ") && line.find(what) != line.npos) return true;
    return false;
  }
  void echo(RawClient& client, const std::string& text = "hello") {
    client.send_text(text);
    EXPECT_EQ(client.read_message(), text);
  }

  Certificates certificates;
  std::unique_ptr<Server> server;
};

TEST_F(ATlsListener, ServesWebSocketRawSocketAndHttp) {
  start();
  for (const int version : {12, 13}) {
    RawClient websocket =
        open({.version = version, .server_name = "localhost", .ca_file = certificates.ca()});
    echo(websocket);
    RawClient rawsocket = secure({.version = version});
    rawsocket.send({"\x7F\xF1\0\0", 4});
    EXPECT_EQ(rawsocket.read(4).substr(0, 1), "\x7F");
    RawClient http = secure({.version = version});
    http.send("GET /page HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(http.read_http_reply().body, "GET /page\n");
    EXPECT_TRUE(http.ended());
    EXPECT_TRUE(http.was_told_the_end());
  }
}

TEST_F(ATlsListener, RefusesVersionsBefore12) {
  start();
  RawClient client = server->connect();
  // A ClientHello of TLS 1.1, with one cipher and no extensions.
  std::string hello = "\x03\x02" + std::string(32, 'r') + std::string("\0\0\x02\xC0\x13\x01\0", 7);
  hello = std::string("\x01\0\0", 3) + static_cast<char>(hello.size()) + hello;
  client.send(std::string("\x16\x03\x01\0", 4) + static_cast<char>(hello.size()) + hello);
  EXPECT_THAT(client.read_to_end(), StartsWith("\x15\x03"));  // an alert
  EXPECT_TRUE(remarked("unsupported protocol"));
}

TEST_F(ATlsListener, ReadsAHandshakeAndMessagesThatComeByteByByte) {
  start();
  for (const int version : {12, 13}) {
    RawClient client = open({.version = version, .piece_size = 1});
    echo(client);
  }
}

TEST_F(ATlsListener, CarriesBigMessagesBothWays) {
  start();
  RawClient client = open();
  const std::string big(3'000'001, 'x');
  for (int i = 0; i < 3; ++i) echo(client, big);
  echo(client, "and a small one");
}

TEST_F(ATlsListener, CarriesManySmallMessagesAndBigOnesBetween) {
  start();
  RawClient client = open();
  std::vector<std::string> sent;
  std::string all;
  for (size_t i = 0; i < 300; ++i) {
    sent.push_back(std::to_string(i) + std::string(i % 50 == 7 ? 40'000 : i * 13 % 5000, 'y'));
    all += test_support::frame_bytes(test_support::opcode::text, sent.back());
  }
  client.send(all);
  for (const std::string& message : sent) ASSERT_EQ(client.read_message(), message);
}

TEST_F(ATlsListener, WaitsForAClientThatReadsLate) {
  ConnectionOptions patient = options(settings());
  patient.limits.max_queued_bytes = 64 * 1024 * 1024;
  server = std::make_unique<Server>(patient);
  server->received = [](Connection& c, const std::string& message) {
    for (int i = 0; i < 40; ++i) c.send(text_frame(c, message));
  };
  RawClient client = open();
  const std::string message(500'000, 'z');
  client.send_text(message);
  server->settle();
  client.send_text("more");
  for (int i = 0; i < 40; ++i) ASSERT_EQ(client.read_message(), message);
  for (int i = 0; i < 40; ++i) ASSERT_EQ(client.read_message(), "more");
}

TEST_F(ATlsListener, GivesWhatCameBeforeThePauseWhenReadingGoesOn) {
  start();
  server->received = [](Connection& c, const std::string& message) {
    if (message == "pause") c.pause_reading();
    c.send(text_frame(c, message.substr(0, 10)));
  };
  RawClient client = open();
  client.send_text("pause");
  EXPECT_EQ(client.read_message(), "pause");
  const std::string big(200'000, 'b');
  client.send_text(big);
  client.send_text("last");
  server->settle();
  server->on_loop([&] { server->connection().resume_reading(); });
  EXPECT_EQ(client.read_message(), big.substr(0, 10));
  EXPECT_EQ(client.read_message(), "last");
}

TEST_F(ATlsListener, AnswersCloseNotifyAndSendsItsOwn) {
  start();
  RawClient client = open();
  client.tls().send_close_notify();
  EXPECT_TRUE(server->log.has("closed 0 by peer: the peer ended the connection without a close frame"));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(client.was_told_the_end());

  RawClient closing = open();
  closing.send_close(1000);
  EXPECT_EQ(closing.read_frame().close_code(), 1000);
  EXPECT_TRUE(closing.ended());
  EXPECT_TRUE(closing.was_told_the_end());
}

TEST_F(ATlsListener, EndsAHandshakeThatStopsHalfway) {
  start();
  RawClient silent = server->connect();
  RawClient half = server->connect();
  half.send("\x16\x03\x01\x02");
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(half.ended());
  EXPECT_TRUE(remarked("the TLS handshake took too long"));
  EXPECT_EQ(server->held_connections(), 0u);
}

TEST_F(ATlsListener, EndsAnEstablishedClientThatAsksForNothing) {
  start();
  RawClient client = secure();
  server->sweep_after(just_after_an_hour);
  EXPECT_TRUE(client.ended());
}

TEST_F(ATlsListener, TellsAPlainHttpClientWhatIsExpected) {
  start();
  RawClient client = server->connect();
  const auto reply = client.handshake();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, "TLS is spoken here: it must be https:// or wss://\n");
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(remarked("it speaks HTTP without TLS, where TLS is expected"));
}

TEST_F(ATlsListener, EndsAPlainRawSocketClient) {
  start();
  RawClient client = server->connect();
  client.send({"\x7F\xF1\0\0", 4});
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(remarked("it does not speak TLS"));
}

TEST_F(ATlsListener, EndsAClientThatSpeaksNonsenseInTheHandshakeOrAfterIt) {
  start();
  RawClient client = server->connect();
  client.send(std::string("\x16\x03\x01\x40\0", 5) + std::string(0x4000, 'n'));
  client.read_to_end();
  EXPECT_TRUE(remarked("TLS: "));

  RawClient other = open();
  other.send_raw(std::string("\x17\x03\x03\0\x20", 5) + std::string(32, 'n'));
  EXPECT_TRUE(server->log.has("closed 0 by peer: TLS: decryption failed or bad record mac"));
  RawClient well = open();
  echo(well);
}

TEST_F(ATlsListener, EndsAClientThatIsGoneInTheMiddle) {
  start();
  RawClient client = open();
  client.send_text("a");
  client.reset();
  EXPECT_TRUE(server->log.has("destroyed"));
  RawClient half = server->connect();
  half.send("\x16\x03");
  half.reset();
  server->settle();
  EXPECT_EQ(server->held_connections(), 0u);
}

TEST(ThePlainListener, TellsAClientThatSpeaksTls) {
  Server server;
  RawClient client = server.connect();
  client.send({"\x16\x03\x01\x02\x00\x01\x00", 7});
  EXPECT_EQ(client.read_http_reply().body, "TLS is not spoken here\n");
  EXPECT_TRUE(client.ended());
  const auto lines = server.log.lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("refused: it speaks TLS, which is not spoken here"));
}

TEST_F(ATlsListener, RefusesRenegotiationAndTakesNewKeys) {
  start();
  RawClient old = open({.version = 12});
  ASSERT_TRUE(old.tls().ask_for_new_keys());
  EXPECT_THAT(error_of([&] { echo(old); }), HasSubstr("TLS client: "));

  RawClient current = open({.version = 13});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(current.tls().ask_for_new_keys());
    echo(current);
  }
}

// The answers to them wait behind what the client does not read, and what it sends behind the answers.
TEST_F(ATlsListener, TakesNewKeysOfAClientThatReadsLate) {
  start();
  RawClient client = open({.version = 13});
  std::vector<std::string> sent;
  for (char c = 'a'; c <= 'z'; ++c) {
    sent.emplace_back(200'000, c);
    client.send_text(sent.back());
    ASSERT_TRUE(client.tls().ask_for_new_keys());
  }
  for (const std::string& message : sent) ASSERT_EQ(client.read_message(), message);
  echo(client);
}

TEST_F(ATlsListener, GivesNothingToResume) {
  start();
  for (const int version : {12, 13}) {
    RawClient client = open({.version = version});
    echo(client);
    EXPECT_FALSE(client.tls().can_resume());
  }
}

// ---- certificates

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

// ---- channel binding

TEST_F(ATlsListener, HasTheSameChannelBindingsAsItsClient) {
  start();
  std::string last;
  for (const int version : {12, 13}) {
    RawClient client = open({.version = version});
    std::string exporter, unique, second;
    server->on_loop([&] {
      exporter = server->connection().channel_binding(ChannelBinding::tls_exporter);
      unique = server->connection().channel_binding(ChannelBinding::tls_unique);
      second = server->connection().channel_binding(ChannelBinding::tls_unique_second);
    });
    EXPECT_EQ(exporter.size(), 32u);
    EXPECT_EQ(exporter, client.tls().exporter());
    EXPECT_EQ(unique, sha256(client.tls().own_finished()));
    EXPECT_EQ(second, sha256(client.tls().server_finished()));
    EXPECT_NE(unique, second);
    EXPECT_NE(exporter, std::exchange(last, exporter));
  }
}

TEST_F(ATlsListener, HasNoChannelBindingWithoutTheExtendedMasterSecret) {
  start();
  RawClient client = open({.version = 12, .extended_master_secret = false});
  server->on_loop([&] {
    EXPECT_EQ(server->connection().channel_binding(ChannelBinding::tls_exporter), "");
    EXPECT_EQ(server->connection().channel_binding(ChannelBinding::tls_unique), "");
    EXPECT_EQ(server->connection().channel_binding(ChannelBinding::tls_unique_second), "");
  });
}

TEST(ThePlainListener, HasNoChannelBinding) {
  Server server;
  RawClient client = server.open();
  server.on_loop([&] {
    EXPECT_EQ(server.connection().channel_binding(ChannelBinding::tls_exporter), "");
    EXPECT_EQ(server.connection().client_certificate(), nullptr);
  });
}

// ---- requests

TEST_F(ATlsListener, TellsThatARequestIsSecure) {
  start();
  server->requested = [](const HttpRequest& r) { return text_response(200, r.secure ? "secure" : "plain"); };
  RawClient client = secure();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_http_reply().body, "secure\n");
}

TEST_F(ATlsListener, MovesAConnectionToAnotherLoopWithItsTls) {
  start();
  Loop other;
  std::thread thread([&] { other.run(); });
  server->posted = [&](Loop& loop, const HttpRequest&, const std::string& body,
                       HttpExchange&) -> Service::Answer {
    if (&loop != &other) return Service::Elsewhere{&other};
    return text_response(200, "there: " + body);
  };
  for (const int version : {12, 13}) {
    RawClient client = secure({.version = version});
    for (const std::string body : {"one", "two", "three"}) {
      client.send("POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + body);
      EXPECT_EQ(client.read_http_reply().body, "there: " + body + "\n");
    }
  }
  other.stop();
  thread.join();
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

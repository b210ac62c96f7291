// Servers whose certificate is not to be trusted, or that speak no TLS.
#include "tests/client/hostile_servers.h"
#include "tests/end_to_end/server_fixture.h"
#include "tests/support/certificates.h"

namespace client {
namespace {

using testing::HasSubstr;
using Guest = FakeServer::Guest;

class UntrustedServers : public HostileServers {
 protected:
  UntrustedServers() {
    certificates.make("expired", Use::server, std::chrono::hours(-1));
    certificates.make("other-host", Use::server);
  }
  End end_with_certificate(const std::string& name, const std::function<void(Options&)>& change) {
    router::config::Config config = router::test_config();
    const transport::TlsSettings settings{
        .key_pairs = {{certificates.certificate(name), certificates.key(name)}}};
    config.transports.front().tls = router::config::Tls{settings, transport::TlsContext::load(settings)};
    router::RunningServer server(config);
    Options options = options_of("wss://localhost:" + std::to_string(server.port()) + "/ws");
    options.tls.authorities = certificates.ca();
    change(options);
    Visitor visitor(loop, options);
    loop.until([&] { return visitor.joined || visitor.end; });
    return visitor.joined ? End{EndKind::left, true, {}, {}} : *visitor.end;
  }

  using Use = router::CertificateWish::Use;
  test_support::Certificates certificates;
};

TEST_F(UntrustedServers, AreToldApartFromThoseThatAreNotThere) {
  const auto as_it_is = [](Options&) {};
  EXPECT_TRUE(end_with_certificate("localhost", as_it_is).joined);
  const End expired = end_with_certificate("expired", [](Options& o) { o.tls.server_name = "expired"; });
  EXPECT_EQ(expired.kind, EndKind::tls_failed);
  EXPECT_THAT(expired.text, HasSubstr("certificate has expired"));
  EXPECT_FALSE(expired.may_retry());
  EXPECT_THAT(end_with_certificate("other-host", as_it_is).text, HasSubstr("mismatch"));
  EXPECT_TRUE(
      end_with_certificate("other-host", [](Options& o) { o.tls.server_name = "other-host"; }).joined);
  const End unknown = end_with_certificate("localhost", [](Options& o) { o.tls.authorities.clear(); });
  EXPECT_EQ(unknown.kind, EndKind::tls_failed);
  EXPECT_THAT(unknown.text, HasSubstr("certificate is not accepted"));
  EXPECT_TRUE(end_with_certificate("expired", [](Options& o) { o.tls.verify = false; }).joined);
}

TEST_F(UntrustedServers, MaySpeakNoTlsAtAll) {
  const auto in_tls = [&](const std::string& answer) {
    return end_with(
        [&](const Guest& guest) {
          guest.hears();
          guest.says(answer);
        },
        "wss");
  };
  EXPECT_EQ(in_tls("HTTP/1.1 400 Bad Request\r\n\r\n").kind, EndKind::tls_failed);
  EXPECT_THAT(in_tls("HTTP/1.1 400 Bad Request\r\n\r\n").text, HasSubstr("speaks HTTP without TLS"));
  EXPECT_EQ(in_tls({"\x15\x03\x01\0\2\2\x28", 7}).kind, EndKind::tls_failed);  // an alert
}

}  // namespace
}  // namespace client

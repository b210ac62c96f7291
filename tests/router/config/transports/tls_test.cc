#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/config_file.h"
#include "router/dev_cert/dev_cert.h"
#include "tests/router/config/config_text.h"
#include "tests/support/certificates.h"

namespace router::config::test {
namespace {

using test_support::Certificates;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class TlsSetting : public testing::Test {
 protected:
  // What an endpoint with these members becomes; files are relative to the certificates' folder.
  Config parsed(const std::string& members) const {
    return parse_config(with_endpoint(R"({"type": "tcp", "port": 1, )" + members + "}"), "wampd.jsonc",
                        certificates.folder().file(""));
  }
  Config with_tls(const std::string& members) const { return parsed(R"("tls": {)" + members + "}"); }
  std::string error(const std::string& members) const {
    try {
      parsed(members);
      return "accepted";
    } catch (const ConfigError& e) {
      return e.what();
    }
  }
  std::string tls_error(const std::string& members) const { return error(R"("tls": {)" + members + "}"); }

  const std::string pair = R"("certificate": "localhost.pem", "key": "localhost.key")";
  Certificates certificates;
};

TEST_F(TlsSetting, IsLoadedFromFilesBesideTheConfiguration) {
  const Config config = with_tls(pair);
  const Tls& tls = config.transports.at(0).tls.value();
  ASSERT_EQ(tls.settings.key_pairs.size(), 1u);
  EXPECT_EQ(tls.settings.key_pairs[0].certificate, certificates.certificate());
  EXPECT_EQ(tls.settings.key_pairs[0].key, certificates.key());
  EXPECT_THAT(tls.settings.ca_certificates, IsEmpty());
  EXPECT_THAT(tls.context->descriptions(), ElementsAre(HasSubstr("localhost; valid until")));
  EXPECT_THAT(notices_of(config), IsEmpty());
}

TEST_F(TlsSetting, IsAbsentByDefault) {
  EXPECT_FALSE(parse(with_endpoint(R"({"type": "tcp", "port": 1})")).transports.at(0).tls);
}

TEST_F(TlsSetting, TakesAllThatCrossbarHas) {
  const Config config = with_tls(pair + R"(, "chain_certificates": ["ca.pem"], "ca_certificates": ["ca.pem"],
      "ciphers": "ECDHE-RSA-AES128-GCM-SHA256", "dhparam": "dhparam.pem")");
  const transport::TlsSettings& settings = config.transports.at(0).tls->settings;
  EXPECT_THAT(settings.key_pairs[0].chain_certificates, ElementsAre(certificates.ca()));
  EXPECT_THAT(settings.ca_certificates, ElementsAre(certificates.ca()));
  EXPECT_TRUE(settings.client_certificate_required);
  EXPECT_EQ(settings.ciphers, "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_THAT(notices_of(config), ElementsAre(HasSubstr("\"dhparam\" has no effect")));
}

TEST_F(TlsSetting, MayHaveSeveralCertificatesAndOptionalOnesOfClients) {
  certificates.make("other", Certificates::Use::server);
  const Config config =
      with_tls(pair + R"(, "certificates": [{"certificate": "other.pem", "key": "other.key"}],
      "ca_certificates": ["ca.pem"], "client_certificate": "optional")");
  const transport::TlsSettings& settings = config.transports.at(0).tls->settings;
  ASSERT_EQ(settings.key_pairs.size(), 2u);
  EXPECT_EQ(settings.key_pairs[1].key, certificates.key("other"));
  EXPECT_FALSE(settings.client_certificate_required);
}

TEST_F(TlsSetting, WarnsOfAnExpiredCertificate) {
  certificates.make("old", Certificates::Use::server, std::chrono::hours(-1));
  EXPECT_THAT(notices_of(with_tls(R"("certificate": "old.pem", "key": "old.key")")),
              ElementsAre(HasSubstr("old.pem: this certificate has expired, on 20")));
}

TEST_F(TlsSetting, IsRefusedIfItCannotServe) {
  certificates.make("other", Certificates::Use::server);
  EXPECT_THAT(tls_error(R"("certificate": "localhost.pem")"), EndsWith("the key \"key\" is missing"));
  EXPECT_THAT(tls_error(R"("key": "localhost.key")"), EndsWith("the key \"certificate\" is missing"));
  EXPECT_THAT(tls_error(R"("certificate": "", "key": "x")"), EndsWith("must not be empty"));
  EXPECT_THAT(tls_error(R"("certificate": "none.pem", "key": "localhost.key")"),
              EndsWith("$.transports[0].endpoint.tls: " + certificates.certificate("none") +
                       ": No such file or directory"));
  EXPECT_THAT(tls_error(R"("certificate": "localhost.pem", "key": "other.key")"),
              HasSubstr("is not the key of the certificate in"));
  EXPECT_THAT(tls_error(pair + R"(, "ciphers": "NONE")"), HasSubstr("OpenSSL knows no cipher in"));
  EXPECT_THAT(tls_error(pair + R"(, "client_certificate": "optional")"),
              EndsWith("needs \"ca_certificates\": who signs the clients' certificates"));
  EXPECT_THAT(tls_error(pair + R"(, "ca_certificates": ["ca.pem"], "client_certificate": "maybe")"),
              HasSubstr("optional"));
  EXPECT_THAT(tls_error(pair + R"(, "certificates": [{"certificate": "other.pem"}])"),
              EndsWith("the key \"key\" is missing"));
  EXPECT_THAT(tls_error(pair + R"(, "chain_certs": [])"), HasSubstr("unknown key \"chain_certs\""));
  EXPECT_THAT(error_of(with_endpoint(R"({"type": "unix", "path": "x", "tls": {}})")),
              EndsWith("\"tls\" is not supported yet"));
}

TEST_F(TlsSetting, StandsBesideTheProxiesOfTheEndpoint) {
  const Config config = parsed(R"("proxy_protocol": true, "trusted_proxies": ["10.0.0.0/8", "::1", "unix"])");
  EXPECT_TRUE(config.transports.at(0).proxy_protocol);
  EXPECT_THAT(config.transports.at(0).trusted_proxies, ElementsAre("10.0.0.0/8", "::1", "unix"));
  EXPECT_FALSE(parsed(R"("trusted_proxies": ["10.0.0.1"])").transports.at(0).proxy_protocol);

  EXPECT_THAT(error(R"("proxy_protocol": true)"), EndsWith("needs \"trusted_proxies\": whose word is taken"));
  EXPECT_THAT(error(R"("trusted_proxies": ["10.0.0.0/33"])"), HasSubstr("expected an IP address, a range"));
  EXPECT_THAT(error(R"("trusted_proxies": [])"), Not(HasSubstr("accepted")));
}

// ---- docs/tls.md

std::vector<std::string> blocks_of_the_page(const std::string& language) {
  std::ostringstream text;
  text << std::ifstream(WAMPD_SOURCE_DIR "/docs/tls.md").rdbuf();
  const std::string page = text.str(), opening = "\n```" + language + "\n";
  std::vector<std::string> blocks;
  for (size_t at = page.find(opening); at != page.npos; at = page.find(opening, at)) {
    at += opening.size();
    blocks.push_back(page.substr(at, page.find("\n```", at) - at));
  }
  return blocks;
}

TEST(TlsPage, HasConfigurationsThatParseWithoutNotices) {
  const test_support::TemporaryFolder folder;
  for (const std::string directory : {"certs", "other"})
    make_dev_certificates({folder.file(directory), {}, {}});
  std::vector<std::string> configurations = blocks_of_the_page("jsonc");
  EXPECT_EQ(configurations.size(), 1u);
  const auto endpoints = blocks_of_the_page("json");
  EXPECT_EQ(endpoints.size(), 4u);
  for (const std::string& endpoint : endpoints) configurations.push_back(with_endpoint(endpoint));
  for (const std::string& configuration : configurations)
    EXPECT_THAT(notices_of(parse_config(configuration, "tls.md", folder.file(""))), IsEmpty())
        << configuration;
}

}  // namespace
}  // namespace router::config::test

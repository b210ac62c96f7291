#include "router/dev_cert/dev_cert.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "transport/tls/tls.h"

namespace router {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DevCert : public testing::Test {
 protected:
  std::string make(const std::vector<std::string>& names = {}, const std::vector<std::string>& clients = {}) {
    return make_dev_certificates({folder.file("certs"), names, clients});
  }
  std::string file(const std::string& name) const { return folder.file("certs/" + name); }
  std::string content(const std::string& name) const {
    std::ifstream stream(file(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string error(const std::function<void()>& work) {
    try {
      work();
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "none";
  }
  // Loads what a configuration would name.
  std::shared_ptr<const transport::TlsContext> load(const std::string& name) const {
    return transport::TlsContext::load(
        {.key_pairs = {{file(name + ".pem"), file(name + ".key")}}, .ca_certificates = {file("ca.pem")}});
  }

  test_support::TemporaryFolder folder;
};

TEST_F(DevCert, MakesAnAuthorityAndAServersCertificate) {
  const std::string told = make({"my.host", "192.0.2.1"});
  EXPECT_THAT(load("server")->descriptions(),
              ElementsAre(HasSubstr(": localhost, 127.0.0.1, ::1, my.host, 192.0.2.1; valid until ")));
  EXPECT_THAT(load("server")->warnings(), testing::IsEmpty());
  for (const std::string& line :
       std::vector<std::string>{"made " + file("ca.pem"), "made " + file("server.pem"),
                                "\"certificate\": \"" + file("server.pem") + "\"",
                                "SSL_CERT_FILE=" + file("ca.pem"), "NODE_EXTRA_CA_CERTS=" + file("ca.pem"),
                                "curl --cacert " + file("ca.pem") + " https://my.host:8080/"})
    EXPECT_THAT(told, HasSubstr(line));
}

TEST_F(DevCert, LetsOnlyTheOwnerReadKeys) {
  make({}, {"alice"});
  using std::filesystem::perms;
  for (const std::string name : {"ca.key", "server.key", "alice.key"})
    EXPECT_EQ(std::filesystem::status(file(name)).permissions(), perms::owner_read | perms::owner_write)
        << name;
}

TEST_F(DevCert, KeepsAnAuthorityThatIsThere) {
  make();
  const std::string authority = content("ca.pem"), key = content("ca.key"), server = content("server.pem");
  EXPECT_THAT(make({"more"}), Not(HasSubstr("made " + file("ca.pem"))));
  EXPECT_EQ(content("ca.pem"), authority);
  EXPECT_EQ(content("ca.key"), key);
  EXPECT_NE(content("server.pem"), server);
}

TEST_F(DevCert, MakesClientsCertificatesWithoutTouchingTheServers) {
  make({"my.host"});
  const std::string server = content("server.pem");
  const std::string told = make({}, {"alice", "bob"});
  EXPECT_EQ(content("server.pem"), server);
  EXPECT_THAT(load("alice")->descriptions(), ElementsAre(HasSubstr(": alice; valid until ")));
  load("bob");
  EXPECT_THAT(told, HasSubstr("\"ca_certificates\": [\"" + file("ca.pem") + "\"]"));
  EXPECT_THAT(told, HasSubstr("--cert " + file("alice.pem") + " --key " + file("alice.key")));
}

TEST_F(DevCert, RefusesWhatItCannotDo) {
  make();
  for (const std::string name : {"", "ca", "server", "../x", ".x", "a/b"})
    EXPECT_THAT(error([&] { make({}, {name}); }), HasSubstr("cannot be a client's name")) << name;
  for (const std::string name : {"a,DNS:b", "a b", ""})
    EXPECT_THAT(error([&] { make({name}); }), HasSubstr("cannot make a certificate: the name")) << name;
  std::filesystem::remove(file("ca.key"));
  EXPECT_THAT(error([&] { make(); }), HasSubstr("only one is there"));
  std::ofstream(file("ca.key")) << content("server.key");
  EXPECT_THAT(error([&] { make(); }), HasSubstr("the authority's key"));
  std::ofstream(folder.file("file"));
  EXPECT_THAT(error([&] {
                make_dev_certificates({folder.file("file/certs"), {}, {}});
              }),
              HasSubstr("Not a directory"));
}

}  // namespace
}  // namespace router

// Certificates in files of a temporary folder, signed by an authority of the test's own.
#pragma once

#include <chrono>
#include <fstream>
#include <map>
#include <string>

#include "router/dev_cert/certificate_maker.h"
#include "tests/support/temporary_folder.h"

namespace test_support {

class Certificates {
 public:
  using Use = router::CertificateWish::Use;

  Certificates() {
    write("ca", router::make_certificate(wish(Use::authority, "test authority"), nullptr));
    make("localhost", Use::server);
  }

  // Makes NAME.pem and NAME.key, whose subject is NAME; a server's is for that DNS name.
  void make(const std::string& name, Use use, std::chrono::hours valid_for = std::chrono::hours(1)) {
    write(name, router::make_certificate(wish(use, name, valid_for), &made_.at("ca")));
  }
  // The same, signed by another authority.
  void make_by(const std::string& authority, const std::string& name, Use use) {
    write(name, router::make_certificate(wish(use, name), &made_.at(authority)));
  }
  std::string certificate(const std::string& name = "localhost") const { return folder_.file(name + ".pem"); }
  std::string key(const std::string& name = "localhost") const { return folder_.file(name + ".key"); }
  std::string ca() const { return certificate("ca"); }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  static router::CertificateWish wish(Use use, const std::string& name,
                                      std::chrono::hours valid_for = std::chrono::hours(1)) {
    const auto now = std::chrono::system_clock::now();
    router::CertificateWish wish{
        .use = use, .common_name = name, .from = now - std::chrono::hours(2), .until = now + valid_for};
    if (use == Use::server) wish.names = {name};
    return wish;
  }
  void write(const std::string& name, const router::MadeCertificate& made) {
    std::ofstream(certificate(name)) << made.certificate;
    std::ofstream(key(name)) << made.key;
    made_[name] = made;
  }

  TemporaryFolder folder_;
  std::map<std::string, router::MadeCertificate> made_;
};

}  // namespace test_support

#include "router/dev_cert/dev_cert.h"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "router/dev_cert/certificate_maker.h"

namespace router {
namespace {

using Days = std::chrono::duration<int, std::ratio<86400>>;
using Use = CertificateWish::Use;

constexpr Days authority_life(3650);
// The longest that all systems accept.
constexpr Days certificate_life(825);
// For clocks that are a little late.
constexpr std::chrono::hours made_before(1);

class Folder {
 public:
  explicit Folder(const std::string& path) : path_(path) {
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    if (error) throw std::runtime_error(path + ": " + error.message());
  }

  std::string certificate(const std::string& name) const { return (path_ / (name + ".pem")).string(); }
  std::string key(const std::string& name) const { return (path_ / (name + ".key")).string(); }
  bool has(const std::string& name) const {
    const bool certificate_there = std::filesystem::exists(certificate(name));
    if (certificate_there != std::filesystem::exists(key(name)))
      throw std::runtime_error("of " + certificate(name) + " and " + key(name) +
                               " only one is there; remove it, or bring the other one back");
    return certificate_there;
  }

  MadeCertificate read(const std::string& name) const {
    return {content_of(certificate(name)), content_of(key(name))};
  }
  void write(const std::string& name, const MadeCertificate& made) const {
    write_file(key(name), made.key, 0600);
    write_file(certificate(name), made.certificate, 0644);
  }

 private:
  static std::string content_of(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error(file + ": " + std::generic_category().message(errno));
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  // In one step: whoever reads the file meanwhile gets the old one or the new one.
  static void write_file(const std::string& file, const std::string& content, mode_t mode) {
    const std::string fresh = file + ".new";
    ::unlink(fresh.c_str());
    const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    const bool written = descriptor >= 0 && ::write(descriptor, content.data(), content.size()) ==
                                                static_cast<ssize_t>(content.size());
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!written) throw std::runtime_error(file + ": " + std::generic_category().message(error));
    std::filesystem::rename(fresh, file);
  }

  const std::filesystem::path path_;
};

CertificateWish wish(Use use, const std::string& name, Days life, std::vector<std::string> names = {}) {
  const auto from = std::chrono::system_clock::now() - made_before;
  return {use, name, std::move(names), from, from + life};
}

void check_client_name(const std::string& name) {
  if (name.empty() || name == "ca" || name == "server" || name.find('/') != name.npos || name[0] == '.')
    throw std::runtime_error("\"" + name + "\" cannot be a client's name: it is the name of its files");
}

std::string told_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::string made(const std::string& file, const std::string& what) {
  return "made " + file + ": " + what + "\n";
}

std::string advice(const Folder& folder, const std::string& server, const std::vector<std::string>& clients) {
  const std::string ca = folder.certificate("ca");
  std::string text =
      "\nwampd, in the \"endpoint\" of a transport (paths are relative to the configuration file):\n"
      "  \"tls\": { \"certificate\": \"" +
      folder.certificate("server") + "\", \"key\": \"" + folder.key("server") + "\"" +
      (clients.empty() ? "" : ",\n           \"ca_certificates\": [\"" + ca + "\"]") +
      " }\n"
      "Autobahn|Python:\n"
      "  SSL_CERT_FILE=" +
      ca + " python3 client.py        # wss://" + server +
      ":8080/ws\n"
      "Node.js (Autobahn|JS, wampy):\n"
      "  NODE_EXTRA_CA_CERTS=" +
      ca + " node client.js     # wss://" + server +
      ":8080/ws\n"
      "curl:\n"
      "  curl --cacert " +
      ca;
  if (!clients.empty())
    text += " --cert " + folder.certificate(clients.front()) + " --key " + folder.key(clients.front());
  return text + " https://" + server + ":8080/\n" + "Browsers: import " + ca +
         " as a certificate authority (Chrome: chrome://settings/certificates).\n";
}

}  // namespace

std::string make_dev_certificates(const DevCertOptions& options) {
  for (const std::string& client : options.clients) check_client_name(client);
  const Folder folder(options.directory);
  std::string told;
  if (!folder.has("ca")) {
    folder.write("ca",
                 make_certificate(wish(Use::authority, "wampd development CA", authority_life), nullptr));
    told += made(folder.certificate("ca"),
                 "the authority that clients are to trust; whoever has its key can pretend to be any server");
  }
  const MadeCertificate authority = folder.read("ca");
  const bool only_clients = !options.clients.empty() && options.names.empty() && folder.has("server");
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  names.insert(names.end(), options.names.begin(), options.names.end());
  if (!only_clients) {
    folder.write("server",
                 make_certificate(wish(Use::server, "localhost", certificate_life, names), &authority));
    told += made(folder.certificate("server"), "the server's, for " + told_names(names));
  }
  for (const std::string& client : options.clients) {
    folder.write(client, make_certificate(wish(Use::client, client, certificate_life), &authority));
    told += made(folder.certificate(client), "the certificate of client \"" + client + "\"");
  }
  return told + advice(folder, options.names.empty() ? "localhost" : options.names.front(), options.clients);
}

}  // namespace router

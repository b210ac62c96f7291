#include "router/config/transports/tls.h"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "transport/socket/address.h"

namespace router::config {
namespace {

std::string path_of(const Setting& setting) {
  return (std::filesystem::path(setting.source().base_directory) / setting.some_string())
      .lexically_normal()
      .string();
}

std::vector<std::string> paths_of(const std::optional<Setting>& list) {
  std::vector<std::string> paths;
  for (const Setting& element : list ? list->elements() : std::vector<Setting>{})
    paths.push_back(path_of(element));
  return paths;
}

transport::TlsKeyPair read_key_pair(const Setting& setting) {
  return {path_of(setting.require("certificate")), path_of(setting.require("key")),
          paths_of(setting.find("chain_certificates"))};
}

void read_client_certificates(const Setting& setting, transport::TlsSettings& settings) {
  settings.ca_certificates = paths_of(setting.find("ca_certificates"));
  const auto wanted = setting.find("client_certificate");
  if (!wanted) return;
  if (settings.ca_certificates.empty())
    wanted->fail("needs \"ca_certificates\": who signs the clients' certificates");
  settings.client_certificate_required = wanted->choice({"optional", "required"}) == "required";
}

}  // namespace

Tls read_tls(const Setting& setting) {
  setting.check_keys({.known = {"certificate", "key", "chain_certificates", "certificates", "ca_certificates",
                                "client_certificate", "ciphers"},
                      .ignored = {"dhparam"}});
  Tls tls;
  tls.settings.key_pairs.push_back(read_key_pair(setting));
  if (const auto further = setting.find("certificates")) {
    for (const Setting& element : further->elements()) {
      element.check_keys({.known = {"certificate", "key", "chain_certificates"}});
      tls.settings.key_pairs.push_back(read_key_pair(element));
    }
  }
  read_client_certificates(setting, tls.settings);
  if (const auto ciphers = setting.find("ciphers")) tls.settings.ciphers = ciphers->some_string();
  try {
    tls.context = transport::TlsContext::load(tls.settings);
  } catch (const std::runtime_error& error) {
    setting.fail(error.what());
  }
  for (const std::string& warning : tls.context->warnings()) setting.notice(warning);
  return tls;
}

void read_proxies(const Setting& endpoint, Transport& transport) {
  const auto list = endpoint.find("trusted_proxies");
  for (const Setting& element : list ? list->some_elements() : std::vector<Setting>{}) {
    transport::AddressRanges range;
    if (!range.add(element.some_string()))
      element.fail("expected an IP address, a range such as \"10.0.0.0/8\", or \"unix\", found " +
                   in_quotes(element.string()));
    transport.trusted_proxies.push_back(element.string());
  }
  read_boolean(endpoint, "proxy_protocol", transport.proxy_protocol);
  if (transport.proxy_protocol && !list)
    endpoint.require("proxy_protocol").fail("needs \"trusted_proxies\": whose word is taken");
}

}  // namespace router::config

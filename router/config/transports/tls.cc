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
  if (list) Setting::for_each(list->elements(), [&](const Setting& path) { paths.push_back(path_of(path)); });
  return paths;
}

transport::TlsKeyPair read_key_pair(const Setting& setting) {
  transport::TlsKeyPair pair;
  setting.required("certificate", [&](const Setting& path) { pair.certificate = path_of(path); });
  setting.required("key", [&](const Setting& path) { pair.key = path_of(path); });
  pair.chain_certificates = paths_of(setting.find("chain_certificates"));
  return pair;
}

void read_client_certificates(const Setting& setting, transport::TlsSettings& settings) {
  settings.ca_certificates = paths_of(setting.find("ca_certificates"));
  const auto wanted = setting.find("client_certificate");
  if (!wanted) return;
  if (settings.ca_certificates.empty())
    wanted->fail("needs \"ca_certificates\": who signs the clients' certificates");
  settings.client_certificate_required = wanted->choice({"optional", "required"}) == "required";
}

void read_files(const Setting& setting, transport::TlsSettings& settings) {
  settings.key_pairs.push_back(read_key_pair(setting));
  setting.given("certificates", [&](const Setting& further) {
    Setting::for_each(further.elements(), [&](const Setting& element) {
      element.check_keys({.known = {"certificate", "key", "chain_certificates"}});
      settings.key_pairs.push_back(read_key_pair(element));
    });
  });
  setting.reads([&] { read_client_certificates(setting, settings); });
  setting.given("ciphers", [&](const Setting& ciphers) { settings.ciphers = ciphers.some_string(); });
}

}  // namespace

Tls read_tls(const Setting& setting) {
  setting.check_keys({.known = {"certificate", "key", "chain_certificates", "certificates", "ca_certificates",
                                "client_certificate", "ciphers"},
                      .ignored = {"dhparam"}});
  Tls tls;
  const bool is_whole = setting.reads([&] { read_files(setting, tls.settings); });
  if (!is_whole) return tls;
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
  Setting::for_each(list ? list->some_elements() : std::vector<Setting>{}, [&](const Setting& element) {
    transport::AddressRanges range;
    if (!range.add(element.some_string()))
      element.fail("expected an IP address, a range such as \"10.0.0.0/8\", or \"unix\", found " +
                   in_quotes(element.string()));
    transport.trusted_proxies.push_back(element.string());
  });
  read_boolean(endpoint, "proxy_protocol", transport.proxy_protocol);
  if (transport.proxy_protocol && !list)
    endpoint.require("proxy_protocol").fail("needs \"trusted_proxies\": whose word is taken");
}

}  // namespace router::config

#include "router/config/endpoint.h"

#include <array>
#include <optional>
#include <string>

#include <arpa/inet.h>

namespace router::config {
namespace {

// The address as the system writes it, so that two spellings of one address compare equal.
std::optional<std::string> normalized_address(const std::string& text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> normalized{};
  if (inet_pton(family, text.c_str(), bytes.data()) != 1) return std::nullopt;
  return inet_ntop(family, bytes.data(), normalized.data(), normalized.size());
}

std::string read_interface(const Setting& endpoint) {
  const auto version = endpoint.find("version");
  const bool only_v6 = version && version->integer(4, 6) == 6;
  if (version && !only_v6 && version->integer(4, 6) != 4) version->fail("expected 4 or 6");

  const auto interface = endpoint.find("interface");
  // Without an interface Crossbar listens on all of them, and a file of its users relies on that.
  if (interface ? interface->string().empty() : endpoint.source().is_crossbar)
    return only_v6 ? "::" : "0.0.0.0";
  if (!interface) return only_v6 ? "::1" : "127.0.0.1";

  const auto v4 = normalized_address(interface->string(), AF_INET);
  const auto v6 = normalized_address(interface->string(), AF_INET6);
  if (!v4 && !v6)
    interface->fail("expected an IP address such as \"127.0.0.1\", \"0.0.0.0\" or \"::1\", found " +
                    in_quotes(interface->string()));
  if (version && only_v6 != v6.has_value())
    interface->fail("is not an address of IP version " + version->node().text);
  return v4 ? *v4 : *v6;
}

}  // namespace

void read_endpoint(const Setting& endpoint, Transport& transport) {
  endpoint.require("type").choice({"tcp"}, {"unix", "twisted", "onion", "tls"});
  endpoint.check_keys({.known = {"type", "interface", "port", "version", "backlog"},
                       .unsupported = {"tls", "portrange"},
                       .ignored = {"shared", "user_timeout"}});
  transport.interface = read_interface(endpoint);

  const Setting port = endpoint.require("port");
  if (port.node().kind == JsonKind::string)
    port.fail("expected a number, found " + in_quotes(port.string()) +
              "; environment variables are not supported yet");
  transport.port = static_cast<uint16_t>(port.integer(0, 65535));
  read_integer(endpoint, "backlog", transport.backlog, 1, 65535);
}

}  // namespace router::config

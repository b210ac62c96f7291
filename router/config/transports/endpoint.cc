#include "router/config/transports/endpoint.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>

#include <arpa/inet.h>
#include <sys/un.h>

#include "router/config/transports/tls.h"

namespace router::config {
namespace {

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
  if (!interface || interface->string() == "localhost") return only_v6 ? "::1" : "127.0.0.1";

  const auto address = normalized_interface(interface->string());
  if (!address)
    interface->fail(
        "expected \"localhost\" or an IP address such as \"127.0.0.1\", \"0.0.0.0\" or \"::1\", found " +
        in_quotes(interface->string()));
  if (version && only_v6 != (address->find(':') != address->npos))
    interface->fail("is not an address of IP version " + version->node().text);
  return *address;
}

// As chmod takes it: "0660".
unsigned read_mode(const Setting& setting) {
  const std::string& text = setting.some_string();
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 0777)
    setting.fail("expected an octal file mode such as \"0660\", found " + in_quotes(text));
  return mode;
}

void read_unix(const Setting& endpoint, Transport& transport) {
  endpoint.check_keys({.known = {"type", "path", "mode", "backlog", "trusted_proxies", "proxy_protocol"},
                       .unsupported = {"tls"},
                       .ignored = {"shared", "user_timeout"}});
  endpoint.given("mode", [&](const Setting& mode) { transport.socket_mode = read_mode(mode); });
  read_integer(endpoint, "backlog", transport.backlog, 1, 65535);
  const Setting path = endpoint.require("path");
  transport.socket_path = (std::filesystem::path(endpoint.source().base_directory) / path.some_string())
                              .lexically_normal()
                              .string();
  constexpr size_t max_path = sizeof(sockaddr_un::sun_path) - 1;
  if (transport.socket_path.size() > max_path)
    path.fail("the path of a Unix domain socket is at most " + std::to_string(max_path) +
              " bytes long, this is " + in_quotes(transport.socket_path));
}

}  // namespace

std::optional<std::string> normalized_interface(const std::string& text) {
  const auto v4 = normalized_address(text, AF_INET);
  return v4 ? v4 : normalized_address(text, AF_INET6);
}

void read_endpoint(const Setting& endpoint, Transport& transport) {
  endpoint.reads([&] { read_proxies(endpoint, transport); });
  transport.place = endpoint.place();
  if (endpoint.require("type").choice({"tcp", "unix"}, {"twisted", "onion", "tls"}) == "unix")
    return read_unix(endpoint, transport);
  endpoint.check_keys({.known = {"type", "interface", "port", "version", "backlog", "tls", "trusted_proxies",
                                 "proxy_protocol"},
                       .unsupported = {"portrange"},
                       .ignored = {"shared", "user_timeout"}});
  endpoint.reads([&] { transport.interface = read_interface(endpoint); });
  endpoint.required(
      "port", [&](const Setting& port) { transport.port = static_cast<uint16_t>(port.integer(0, 65535)); });
  endpoint.given("tls", [&](const Setting& tls) { transport.tls = read_tls(tls); });
  read_integer(endpoint, "backlog", transport.backlog, 1, 65535);
}

}  // namespace router::config

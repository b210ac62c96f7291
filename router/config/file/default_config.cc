#include "router/config/file/default_config.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "router/config/clients/auth.h"
#include "router/config/inventory.h"
#include "router/config/transports/endpoint.h"
#include "router/config/transports/transports.h"
#include "router/config/wording.h"
#include "wamp/uri.h"

namespace router::config {
namespace {

constexpr std::string_view unix_prefix = "unix:";

std::optional<uint16_t> port_of(std::string_view digits) {
  uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || error != std::errc() || last != end) return std::nullopt;
  return port;
}

// "[::1]" or "127.0.0.1", as the system writes it.
std::optional<std::string> interface_of(std::string_view host) {
  const bool is_v6 = host.starts_with('[') && host.ends_with(']');
  if (is_v6) host = host.substr(1, host.size() - 2);
  if (is_v6 != (host.find(':') != host.npos)) return std::nullopt;
  return host == "localhost" ? "127.0.0.1" : normalized_interface(std::string(host));
}

void read_address(const std::string& text, const std::string& option, Transport& transport) {
  if (text.starts_with(unix_prefix) && text.size() > unix_prefix.size()) {
    transport.socket_path = text.substr(unix_prefix.size());
    return;
  }
  const size_t colon = text.rfind(':');
  const auto port = colon == text.npos ? std::nullopt : port_of(std::string_view(text).substr(colon + 1));
  const auto interface = port ? interface_of(std::string_view(text).substr(0, colon)) : std::nullopt;
  if (!interface)
    throw ConfigError(option +
                      ": expected an address such as \"127.0.0.1:8080\", \"0.0.0.0:8080\", \"[::]:8080\" or "
                      "\"unix:/run/wampd.sock\", found " +
                      in_quotes(text));
  transport.interface = *interface;
  transport.port = *port;
}

Realm open_realm(const std::string& name, const std::string& option, bool may_ask_router) {
  if (!wamp::is_valid_uri(name, wamp::UriRule::loose) || name.find('*') != name.npos)
    throw ConfigError(option + ": " + in_quotes(name) + " is not a valid URI");
  Permission everything{.uri = "",
                        .match = wamp::MatchPolicy::prefix,
                        .call = true,
                        .register_ = true,
                        .publish = true,
                        .subscribe = true,
                        .force_reregister = true};
  Realm realm;
  realm.name = name;
  Role& role = realm.roles.emplace_back(Role{.name = "anonymous", .permissions = {std::move(everything)}});
  // That does not reach the router's own procedures.
  if (may_ask_router)
    role.permissions.push_back(
        {.uri = "wampd.", .match = wamp::MatchPolicy::prefix, .call = true, .subscribe = true});
  return realm;
}

// What the router does is for those on the machine.
bool is_local(const Transport& transport) {
  return !transport.socket_path.empty() || transport.interface.starts_with("127.") ||
         transport.interface == "::1";
}

void add_monitor(Transport& transport) {
  for (const char* const page :
       {"/varz", "/connz", "/procz", "/topicz", "/deniedz", "/healthz", "/livez", "/readyz"})
    transport.paths.emplace(page, MonitorPath{});
}

Transport open_transport() {
  Transport transport;
  transport.paths = {{"/", StaticPath{}},
                     {"/ws", WebSocketPath{}},
                     {"/health", HealthPath{}},
                     {"/ready", ReadyPath{}},
                     {"/metrics", MetricsPath{}}};
  transport.rawsocket_serializers = transport.serializers;
  transport.auth = anonymous_as("anonymous");
  return transport;
}

}  // namespace

Config default_config(const DefaultOptions& options) {
  Config config;
  std::set<std::string> seen;
  const auto expect_new = [&seen](const std::string& option, const std::string& what) {
    if (!seen.insert(option + what).second)
      throw ConfigError(option + ": " + in_quotes(what) + " is given twice");
  };
  for (const std::string& text : options.addresses) {
    Transport& transport = config.transports.emplace_back(open_transport());
    read_address(text, options.addresses_name, transport);
    if (has_fixed_address(transport)) expect_new(options.addresses_name, address(transport));
  }
  if (config.transports.empty()) config.transports.push_back(open_transport());
  for (Transport& transport : config.transports)
    if (is_local(transport)) add_monitor(transport);
  const bool all_are_local = std::all_of(config.transports.begin(), config.transports.end(), is_local);
  for (const std::string& name : options.realms) {
    expect_new(options.realms_name, name);
    config.realms.push_back(open_realm(name, options.realms_name, all_are_local));
  }
  if (config.realms.empty())
    config.realms.push_back(open_realm("realm1", options.realms_name, all_are_local));
  return config;
}

}  // namespace router::config

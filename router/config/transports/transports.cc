#include "router/config/transports/transports.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "router/config/inventory.h"
#include "router/config/transports/endpoint.h"
#include "router/config/transports/http_paths.h"
#include "router/config/transports/options.h"
#include "router/config/transports/session_settings.h"
#include "router/config/transports/web_paths.h"
#include "transport/http/http_text.h"

namespace router::config {
namespace {

const Words transport_types = {"websocket", "rawsocket", "universal", "web"};
const Words other_types = {"mqtt", "flashpolicy", "websocket.testee", "stream.testee"};
const Words all_transport_types = {"websocket", "rawsocket",   "universal",        "web",
                                   "mqtt",      "flashpolicy", "websocket.testee", "stream.testee"};

Words path_types() {
  Words types = {"websocket", "static", "health", "ready", "metrics", "monitor", "longpoll", "none"};
  types.insert(types.end(), http_path_types().begin(), http_path_types().end());
  return types;
}

// Of the transport and of the object for one protocol alike: the whole transport's sessions.
Keys with_session_keys(Keys keys) {
  keys.known.insert(keys.known.end(),
                    {"type", "id", "endpoint", "server_names", "auth", "serializers", "options", "limits"});
  return keys;
}

// WebSocket on any path, as Crossbar's transport of this type.
void read_websocket(const Setting& setting, Transport& transport) {
  setting.check_keys(with_session_keys({.known = {"cookie"}, .ignored = {"url", "debug"}}));
  transport.type = Transport::Type::websocket;
  transport.paths.emplace("/", WebSocketPath{});
}

// RawSocket and nothing else, as Crossbar's transport of this type.
void read_rawsocket(const Setting& setting, Transport& transport) {
  setting.check_keys(with_session_keys({.left_out = {"cookie"}, .ignored = {"debug"}}));
  transport.type = Transport::Type::rawsocket;
  transport.rawsocket_serializers = transport.serializers;
}

void read_web(const Setting& setting, const std::vector<Realm>& realms, Transport& transport,
              std::vector<Setting>& websockets) {
  setting.check_keys(with_session_keys({.known = {"paths"}}));
  setting.required(
      "paths", [&](const Setting& paths) { read_paths(paths, path_types(), realms, transport, websockets); });
}

void read_universal(const Setting& setting, const std::vector<Realm>& realms, Transport& transport,
                    std::vector<Setting>& websockets) {
  setting.check_keys(with_session_keys({.known = {"websocket", "rawsocket", "web"}, .left_out = {"mqtt"}}));
  setting.given("websocket", [&](const Setting& paths) {
    read_paths(paths, {"websocket"}, realms, transport, websockets);
  });
  setting.given("rawsocket", [&](const Setting& rawsocket) {
    rawsocket.check_keys({.known = {"serializers"},
                          .left_out = {"options"},
                          .unsupported = {"auth"},
                          .ignored = {"id", "type", "debug"}});
    transport.rawsocket_serializers = transport.serializers;
  });
  setting.given("web", [&](const Setting& web) {
    web.check_keys({.known = {"paths", "options"}, .ignored = {"id", "type"}});
    web.given("options",
              [](const Setting& options) { options.check_keys({.ignored = ignored_web_options}); });
    web.required("paths", [&](const Setting& paths) {
      read_paths(paths, path_types(), realms, transport, websockets);
    });
  });
}

// Of RawSocket alone, if it has its own in a universal transport.
void read_rawsocket_serializers(const Setting& setting, Transport& transport) {
  const auto rawsocket = setting.find("rawsocket");
  const auto own = rawsocket ? rawsocket->find("serializers") : std::nullopt;
  transport.rawsocket_serializers = own ? read_serializers(*own) : transport.serializers;
}

// Some options are WebSocket's alone.
void leave_out_useless_options(const Setting& setting, Transport& transport) {
  const bool serves_websocket =
      std::any_of(transport.paths.begin(), transport.paths.end(),
                  [](const auto& path) { return std::holds_alternative<WebSocketPath>(path.second); });
  const auto options = serves_websocket ? std::nullopt : setting.find("options");
  if (!options) return;
  if (const auto compression = options->find("compression"))
    compression->leave_out("has no effect: no WebSocket is served here");
  transport.compression.reset();
}

// As in a URL between "//" and the port.
void read_server_names(const Setting& list, Transport& transport) {
  Setting::for_each(list.some_elements(), [&](const Setting& element) {
    std::string name = element.some_string();
    const bool is_v6 = name.starts_with('[') && name.ends_with(']');
    if (name.find_first_of("/ #?@") != name.npos || (!is_v6 && name.find(':') != name.npos))
      element.fail(
          "expected a name such as \"wampd.example.com\" or \"*.example.com\", without scheme, port and "
          "path, found " +
          in_quotes(name));
    transport.server_names.push_back(transport::in_small_letters(std::move(name)));
  });
}

// Why a transport of a Crossbar file is left out; none: it is not.
std::optional<std::string> why_not_served(const Setting& transport) {
  if (!transport.source().is_crossbar) return std::nullopt;
  const std::string& type = transport.require("type").choice(all_transport_types);
  if (std::find(other_types.begin(), other_types.end(), type) != other_types.end())
    return "its type is " + in_quotes(type);
  const Setting endpoint = transport.require("endpoint");
  const std::string& kind = endpoint.require("type").choice({"tcp", "unix", "tls", "twisted", "onion"});
  if (kind == "twisted" || kind == "onion") return "its endpoint is of type " + in_quotes(kind);
  if (endpoint.find("portrange")) return "its endpoint has a \"portrange\"";
  return std::nullopt;
}

Transport read_served(const Setting& setting, const std::vector<Realm>& realms) {
  Transport transport;
  std::vector<Setting> websockets;
  const std::string& type = setting.require("type").choice(transport_types, other_types);
  if (type == "websocket")
    read_websocket(setting, transport);
  else if (type == "rawsocket")
    read_rawsocket(setting, transport);
  else if (type == "web")
    read_web(setting, realms, transport, websockets);
  else
    read_universal(setting, realms, transport, websockets);
  setting.given("id", [&](const Setting& id) { transport.id = id.string(); });
  setting.required("endpoint", [&](const Setting& endpoint) { read_endpoint(endpoint, transport); });
  setting.given("server_names", [&](const Setting& names) { read_server_names(names, transport); });
  read_session_settings(setting, websockets, names_of_roles(realms), transport);
  leave_out_useless_options(setting, transport);
  if (!transport.rawsocket_serializers.empty())
    setting.reads([&] { read_rawsocket_serializers(setting, transport); });
  return transport;
}

}  // namespace

bool has_fixed_address(const Transport& transport) {
  return !transport.socket_path.empty() || transport.port != 0;
}

std::optional<Transport> read_transport(const Setting& setting, const std::vector<Realm>& realms) {
  auto why_not = why_not_served(setting);
  std::optional<Transport> transport;
  if (!why_not && !setting.reads([&] { transport = read_served(setting, realms); })) return transport;
  if (transport && transport->paths.empty() && transport->rawsocket_serializers.empty()) {
    if (!setting.source().is_crossbar) setting.fail("serves nothing: no path is given");
    why_not = "no path is given";
  }
  if (!why_not) return transport;
  setting.leave_out("this transport is not served: " + *why_not);
  return std::nullopt;
}

std::vector<Transport> read_transports(const Setting& list, const std::vector<Realm>& realms) {
  std::vector<Transport> transports;
  std::set<std::string> addresses;
  Setting::for_each(list.some_elements(), [&](const Setting& element) {
    std::optional<Transport> transport;
    const bool is_good = element.reads([&] { transport = read_transport(element, realms); });
    if (!transport) return;
    if (is_good && has_fixed_address(*transport) && !addresses.insert(address(*transport)).second)
      element.require("endpoint").fail("a second transport on " + address(*transport));
    transports.push_back(*std::move(transport));
  });
  return transports;
}

}  // namespace router::config

#include "router/config/transports.h"

#include <set>
#include <string>
#include <utility>

#include "router/config/endpoint.h"
#include "router/config/options.h"
#include "router/config/session_settings.h"
#include "router/config/web_paths.h"

namespace router::config {
namespace {

const Words path_types = {"websocket", "static", "health", "longpoll"};

// Of the transport and of the object for one protocol alike: the whole transport's sessions.
Keys with_session_keys(Keys keys) {
  keys.known.insert(keys.known.end(), {"type", "endpoint", "auth", "serializers", "options", "limits"});
  keys.ignored.push_back("id");
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
  setting.check_keys(with_session_keys({.unsupported = {"cookie"}, .ignored = {"debug"}}));
  transport.type = Transport::Type::rawsocket;
  transport.rawsocket_serializers = transport.serializers;
}

void read_web(const Setting& setting, Transport& transport, std::vector<Setting>& websockets) {
  setting.check_keys(with_session_keys({.known = {"paths"}}));
  read_paths(setting.require("paths"), path_types, transport, websockets);
}

void read_universal(const Setting& setting, Transport& transport, std::vector<Setting>& websockets) {
  setting.check_keys(
      with_session_keys({.known = {"websocket", "rawsocket", "web"}, .unsupported = {"mqtt"}}));
  if (const auto websocket = setting.find("websocket"))
    read_paths(*websocket, {"websocket"}, transport, websockets);
  if (const auto rawsocket = setting.find("rawsocket")) {
    rawsocket->check_keys(
        {.known = {"serializers"}, .unsupported = {"auth", "options"}, .ignored = {"id", "type", "debug"}});
    transport.rawsocket_serializers = transport.serializers;
  }
  if (const auto web = setting.find("web")) {
    web->check_keys({.known = {"paths", "options"}, .ignored = {"id", "type"}});
    if (const auto options = web->find("options")) options->check_keys({.ignored = ignored_web_options});
    read_paths(web->require("paths"), path_types, transport, websockets);
  }
}

// Of RawSocket alone, if it has its own in a universal transport.
void read_rawsocket_serializers(const Setting& setting, Transport& transport) {
  const auto rawsocket = setting.find("rawsocket");
  const auto own = rawsocket ? rawsocket->find("serializers") : std::nullopt;
  transport.rawsocket_serializers = own ? read_serializers(*own) : transport.serializers;
}

Transport read_transport(const Setting& setting, const RoleNames& roles) {
  Transport transport;
  std::vector<Setting> websockets;
  const std::string& type =
      setting.require("type").choice({"websocket", "rawsocket", "universal", "web"},
                                     {"mqtt", "flashpolicy", "websocket.testee", "stream.testee"});
  if (type == "websocket")
    read_websocket(setting, transport);
  else if (type == "rawsocket")
    read_rawsocket(setting, transport);
  else if (type == "web")
    read_web(setting, transport, websockets);
  else
    read_universal(setting, transport, websockets);
  if (transport.paths.empty() && transport.rawsocket_serializers.empty())
    setting.fail("serves nothing: no path is given");
  read_endpoint(setting.require("endpoint"), transport);
  read_session_settings(setting, websockets, roles, transport);
  if (!transport.rawsocket_serializers.empty()) read_rawsocket_serializers(setting, transport);
  return transport;
}

RoleNames names_of_roles(const std::vector<Realm>& realms) {
  RoleNames names;
  for (const Realm& realm : realms)
    for (const Role& role : realm.roles) names.insert(role.name);
  return names;
}

}  // namespace

std::vector<Transport> read_transports(const Setting& list, const std::vector<Realm>& realms) {
  const RoleNames roles = names_of_roles(realms);
  std::vector<Transport> transports;
  std::set<std::pair<std::string, uint16_t>> addresses;
  for (const Setting& element : list.some_elements()) {
    const Transport& transport = transports.emplace_back(read_transport(element, roles));
    if (!transport.socket_path.empty()) {
      if (!addresses.emplace(transport.socket_path, uint16_t{0}).second)
        element.require("endpoint").fail("a second transport on unix:" + transport.socket_path);
    } else if (transport.port != 0 && !addresses.emplace(transport.interface, transport.port).second) {
      element.require("endpoint")
          .fail("a second transport on " + transport.interface + " port " + std::to_string(transport.port));
    }
  }
  return transports;
}

}  // namespace router::config

#include "router/config/transports/session_settings.h"

#include <algorithm>
#include <variant>

#include "router/config/clients/auth.h"
#include "router/config/transports/options.h"

namespace router::config {
namespace {

// What each of the WebSocket paths has, if any of them has it.
std::optional<Setting> setting_of_all(std::string_view key, const std::vector<Setting>& websockets) {
  if (websockets.empty()) return std::nullopt;
  const auto first = websockets.front().find(key);
  for (const Setting& path : websockets) {
    const auto own = path.find(key);
    if (own.has_value() != first.has_value() || (own && !is_equal(own->node(), first->node())))
      path.fail("WebSocket paths of one transport with different " + in_quotes(key) +
                ": this is not supported yet");
  }
  return first;
}

// The transport has the setting for all, or each of its WebSocket paths has the same one.
std::optional<Setting> one_setting(std::string_view key, const Setting& whole,
                                   const std::vector<Setting>& websockets) {
  const auto common = whole.find(key);
  for (const Setting& path : websockets)
    if (const auto own = path.find(key); common && own)
      own->fail(in_quotes(key) + " is already given for the whole transport");
  const auto of_paths = setting_of_all(key, websockets);
  return common ? common : of_paths;
}

// Those of a Crossbar transport of type "web" are about HTTP and not about its WebSocket paths.
std::optional<Setting> session_options(const Setting& whole, const std::vector<Setting>& websockets) {
  const auto common = whole.find("options");
  if (!whole.source().is_crossbar || !common || whole.require("type").string() != "web")
    return one_setting("options", whole, websockets);
  common->check_keys({.ignored = ignored_web_options});
  return setting_of_all("options", websockets);
}

bool takes_sessions(const Transport& transport) {
  return !transport.rawsocket_serializers.empty() ||
         std::any_of(transport.paths.begin(), transport.paths.end(), [](const auto& entry) {
           return std::holds_alternative<WebSocketPath>(entry.second) ||
                  std::holds_alternative<LongPollPath>(entry.second);
         });
}

// Without "auth" Crossbar lets everybody in as "anonymous".
AuthMethods default_auth(const Setting& whole, const RoleNames& roles, const Transport& transport) {
  if (roles.contains("anonymous")) return anonymous_as("anonymous");
  if (takes_sessions(transport) && whole.source().are_roles_known)
    whole.notice("nobody gets in: there is no \"auth\", and no realm has a role \"anonymous\"");
  return {};
}

}  // namespace

std::vector<std::string> read_serializers(const Setting& list) {
  const Words ours = {"msgpack", "json", "cbor"}, crossbars = {"ubjson", "flatbuffers"};
  std::vector<std::string> serializers;
  const bool are_all_good = Setting::for_each(list.some_elements(), [&](const Setting& element) {
    if (list.source().is_crossbar && std::count(crossbars.begin(), crossbars.end(), element.string()) > 0) {
      element.leave_out("serializer " + in_quotes(element.string()) + " has no counterpart and is left out");
      return;
    }
    const std::string& name = element.choice(ours, crossbars);
    if (std::find(serializers.begin(), serializers.end(), name) != serializers.end())
      element.fail(in_quotes(name) + " is given twice");
    serializers.push_back(name);
  });
  if (serializers.empty() && are_all_good) list.fail("none of them is served");
  return serializers;
}

namespace {

// Crossbar's WebSocket paths may have different ones: each then takes those of all.
std::vector<std::string> read_all_serializers(const std::vector<Setting>& websockets) {
  std::vector<std::string> all;
  for (const Setting& path : websockets) {
    const auto own = path.find("serializers");
    for (const std::string& name : own ? read_serializers(*own) : Transport().serializers)
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  }
  return all;
}

bool have_equal_serializers(const std::vector<Setting>& websockets) {
  return std::all_of(websockets.begin(), websockets.end(), [&](const Setting& path) {
    const auto own = path.find("serializers"), first = websockets.front().find("serializers");
    return own.has_value() == first.has_value() && (!own || is_equal(own->node(), first->node()));
  });
}

void read_serializers_of_all(const Setting& whole, const std::vector<Setting>& websockets,
                             Transport& transport) {
  if (whole.source().is_crossbar && !whole.find("serializers") && !have_equal_serializers(websockets)) {
    transport.serializers = read_all_serializers(websockets);
    whole.leave_out("each WebSocket path of this transport takes the serializers of all of them");
  } else if (const auto list = one_setting("serializers", whole, websockets)) {
    transport.serializers = read_serializers(*list);
  }
}

}  // namespace

void read_session_settings(const Setting& whole, const std::vector<Setting>& websockets,
                           const RoleNames& roles, Transport& transport) {
  whole.reads([&] {
    const auto auth = one_setting("auth", whole, websockets);
    transport.auth = auth ? read_auth(*auth, roles) : default_auth(whole, roles, transport);
    if (const auto cookie = one_setting("cookie", whole, websockets)) transport.cookie = read_cookie(*cookie);
    if (transport.auth.contains("cookie") && !transport.cookie)
      auth->require("cookie").fail("needs \"cookie\" tracking in the WebSocket path");
  });
  whole.reads([&] { read_serializers_of_all(whole, websockets, transport); });
  whole.reads([&] {
    read_options(session_options(whole, websockets), one_setting("limits", whole, websockets), transport);
  });
}

}  // namespace router::config

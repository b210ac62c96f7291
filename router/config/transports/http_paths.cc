#include "router/config/transports/http_paths.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <utility>

#include "transport/socket/address.h"

namespace router::config {

const Words& http_path_types() {
  static const Words types = {"caller", "publisher", "webhook", "http", "json", "redirect", "nodeinfo"};
  return types;
}

namespace {

constexpr int64_t max_post_body_limit = 1 << 20;      // as in Crossbar
constexpr int64_t max_timestamp_delta_limit = 86400;  // likewise
constexpr int64_t max_http_timeout_ms = 3'600'000;
constexpr int64_t max_http_number = 10'000'000;

// One that is there, or may be made.
std::string read_realm_of_path(const Setting& setting, const std::vector<Realm>& realms) {
  const Setting name = setting.require("realm");
  Words known;
  for (const Realm& realm : realms) {
    if (realm.is_template()) return name.some_string();
    known.push_back(realm.name);
  }
  if (std::find(known.begin(), known.end(), name.some_string()) == known.end())
    name.fail("there is no realm " + in_quotes(name.string()) + did_you_mean(name.string(), known));
  return name.string();
}

// The realm has it, if the realm is there already.
void check_role(const Setting& setting, const std::string& realm_name, const std::string& role,
                const std::vector<Realm>& realms) {
  const auto realm =
      std::find_if(realms.begin(), realms.end(), [&](const Realm& one) { return one.name == realm_name; });
  if (realm == realms.end()) return;
  Words known;
  for (const Role& one : realm->roles) known.push_back(one.name);
  if (std::find(known.begin(), known.end(), role) == known.end())
    setting.fail("realm " + in_quotes(realm_name) + " has no role " + in_quotes(role) +
                 did_you_mean(role, known));
}

void read_requests(const Setting& object, uint32_t& timeout_ms, uint32_t& in_flight) {
  read_integer(object, "timeout_ms", timeout_ms, 1, max_http_timeout_ms);
  read_integer(object, "requests_in_flight", in_flight, 1, max_http_number);
}

// "10.0.0.1/255.0.0.0", as Crossbar's users write it, with the number of its bits.
std::string with_prefix_length(const std::string& network) {
  const size_t slash = network.find('/');
  unsigned octets[4];
  int end = 0;
  if (slash == network.npos || std::sscanf(network.c_str() + slash + 1, "%3u.%3u.%3u.%3u%n", &octets[0],
                                           &octets[1], &octets[2], &octets[3], &end) != 4)
    return network;
  uint32_t mask = 0;
  for (const unsigned octet : octets) mask = mask << 8 | octet;
  const int bits = std::countl_one(mask);
  const bool is_mask = network.size() == slash + 1 + static_cast<size_t>(end) &&
                       bits == std::popcount(mask) && *std::max_element(octets, octets + 4) < 256;
  return is_mask ? network.substr(0, slash + 1) + std::to_string(bits) : network;
}

void read_who_may(const Setting& options, BridgePath& path) {
  const auto key = options.find("key");
  const auto secret = options.find("secret");
  if (key) path.key = key->some_string();
  if (secret) path.secret = secret->secret();
  if (key.has_value() != secret.has_value())
    options.fail("\"key\" and \"secret\" belong together: signed requests have both");
  read_integer(options, "timestamp_delta_limit", path.timestamp_delta_limit_s, 0, max_timestamp_delta_limit);
  read_boolean(options, "require_tls", path.require_tls);
  if (const auto networks = options.find("require_ip"))
    for (const Setting& network : networks->some_elements())
      if (!path.require_ip.add(with_prefix_length(network.string())))
        network.fail("expected a network such as \"10.0.0.0/8\" or \"::1\", found " +
                     in_quotes(network.string()));
}

void read_webhook(const Setting& options, BridgePath& path) {
  path.topic = options.require("topic").some_string();
  if (const auto text = options.find("success_response")) path.success_response = text->string();
  if (const auto text = options.find("error_response")) path.error_response = text->string();
  if (const auto secret = options.find("github_secret")) path.github_secret = secret->secret();
}

Path read_bridge(const Setting& setting, const std::string& type, const std::vector<Realm>& realms) {
  setting.check_keys({.known = {"type", "realm", "role", "options"}, .ignored = {"id"}});
  BridgePath path;
  path.kind = type == "caller"      ? BridgePath::Kind::caller
              : type == "publisher" ? BridgePath::Kind::publisher
                                    : BridgePath::Kind::webhook;
  path.realm = read_realm_of_path(setting, realms);
  const auto role = setting.find("role");
  path.role = role ? role->some_string() : "anonymous";
  check_role(role ? *role : setting, path.realm, path.role, realms);
  const bool is_webhook = path.kind == BridgePath::Kind::webhook;
  const auto options = is_webhook ? setting.require("options") : setting.find("options");
  if (!options) return path;
  // "debug" makes Crossbar log more, and nothing else: all of its examples have it, and nobody misses it.
  Keys keys{.known = {"key", "secret", "require_ip", "require_tls", "timestamp_delta_limit",
                      "post_body_limit", "timeout_ms", "requests_in_flight", "debug"}};
  if (is_webhook)
    keys.known.insert(keys.known.end(), {"topic", "success_response", "error_response", "github_secret"});
  options->check_keys(keys);
  read_integer(*options, "post_body_limit", path.post_body_limit, 0, max_post_body_limit);
  read_requests(*options, path.timeout_ms, path.requests_in_flight);
  read_who_may(*options, path);
  if (is_webhook) read_webhook(*options, path);
  return path;
}

Path read_api(const Setting& setting, const std::vector<Realm>& realms) {
  setting.check_keys({.known = {"type", "realm", "role", "auth", "options"}, .ignored = {"id"}});
  ApiPath path;
  path.realm = read_realm_of_path(setting, realms);
  const auto role = setting.find("role"), auth = setting.find("auth");
  if (role.has_value() == auth.has_value())
    setting.fail("expected \"role\", which everybody gets, or \"auth\", which says who somebody is");
  if (role) {
    path.role = role->some_string();
    check_role(*role, path.realm, path.role, realms);
  } else {
    path.auth = read_auth(*auth, names_of_roles(realms));
    for (const auto& [method, rules] : path.auth)
      if (method != "ticket" && method != "jwt" && method != "anonymous")
        auth->require(method).fail(
            "a request proves who it is by \"ticket\" or \"jwt\", or is \"anonymous\"");
  }
  if (const auto options = setting.find("options")) {
    options->check_keys({.known = {"timeout_ms", "requests_in_flight", "max_identities", "event_streams"}});
    read_requests(*options, path.timeout_ms, path.requests_in_flight);
    read_integer(*options, "max_identities", path.max_identities, 1, max_http_number);
    read_integer(*options, "event_streams", path.event_streams, 0, max_http_number);
  }
  return path;
}

void append_quoted(const std::string& text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (static_cast<unsigned char>(c) < ' ') {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      out += escaped;
    } else {
      out += c;
    }
  }
  out += '"';
}

// `indent`: of what is around it, if it is to be pretty; else negative.
void append_json(const Setting& value, int indent, std::string& out) {
  constexpr int step = 3;  // as Crossbar has it
  const JsonNode& node = value.node();
  switch (node.kind) {
    case JsonKind::null:
      out += "null";
      return;
    case JsonKind::boolean:
      out += node.boolean ? "true" : "false";
      return;
    case JsonKind::number:
      out += node.text;
      return;
    case JsonKind::string:
      return append_quoted(value.string(), out);
    case JsonKind::array:
    case JsonKind::object:
      break;
  }
  const bool is_object = node.kind == JsonKind::object;
  const auto new_line = [&](int spaces) {
    if (indent >= 0) out.append(1, '\n').append(static_cast<size_t>(spaces), ' ');
  };
  out += is_object ? '{' : '[';
  bool is_first = true;
  for (const Setting& child : is_object ? value.members() : value.elements()) {
    if (!std::exchange(is_first, false)) out += ',';
    new_line(indent + step);
    if (is_object) append_quoted(child.key(), out);
    if (is_object) out += indent >= 0 ? ": " : ":";
    append_json(child, indent >= 0 ? indent + step : indent, out);
  }
  if (!node.children.empty()) new_line(indent);
  out += is_object ? '}' : ']';
}

Path read_json(const Setting& setting) {
  setting.check_keys({.known = {"type", "value", "options"}, .ignored = {"id"}});
  JsonPath path;
  bool pretty = false;
  if (const auto options = setting.find("options")) {
    options->check_keys({.known = {"prettify", "allow_cross_origin", "discourage_caching"}});
    read_boolean(*options, "prettify", pretty);
    read_boolean(*options, "allow_cross_origin", path.allow_cross_origin);
    read_boolean(*options, "discourage_caching", path.discourage_caching);
  }
  append_json(setting.require("value"), pretty ? 0 : -1, path.text);
  return path;
}

Path read_redirect(const Setting& setting) {
  setting.check_keys({.known = {"type", "url"}, .ignored = {"id"}});
  const Setting url = setting.require("url");
  const std::string& text = url.some_string();
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; }))
    url.fail("expected a URL, found " + in_quotes(text));
  return RedirectPath{text};
}

Path read_node_info(const Setting& setting) {
  setting.check_keys({.known = {"type", "options"}, .ignored = {"id"}});
  NodeInfoPath path;
  if (const auto options = setting.find("options")) {
    options->check_keys({.known = {"process"}});
    read_boolean(*options, "process", path.process);
  }
  return path;
}

}  // namespace

Path read_http_path(const Setting& setting, const std::string& type, const std::vector<Realm>& realms) {
  if (type == "http") return read_api(setting, realms);
  if (type == "json") return read_json(setting);
  if (type == "redirect") return read_redirect(setting);
  if (type != "nodeinfo") return read_bridge(setting, type, realms);
  return read_node_info(setting);
}

RoleNames names_of_roles(const std::vector<Realm>& realms) {
  RoleNames names;
  for (const Realm& realm : realms)
    for (const Role& role : realm.roles) names.insert(role.name);
  return names;
}

}  // namespace router::config

// Small configuration texts for tests, and what becomes of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/config/file/config_file.h"

namespace router::config::test {

inline const std::string some_realms =
    R"([{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]}])";
inline const std::string some_transports =
    R"([{"type": "websocket", "endpoint": {"type": "tcp", "port": 8080}}])";

inline std::string with_realms(const std::string& realms) {
  return R"({"realms": )" + realms + R"(, "transports": )" + some_transports + "}";
}

// One realm whose role has that one permission.
inline std::string with_permission(const std::string& permission, const std::string& uri_check = "loose") {
  return with_realms(R"([{"name": "realm1", "uri_check": ")" + uri_check +
                     R"(", "roles": [{"name": "anonymous", "permissions": [)" + permission + "]}]}]");
}

inline std::string with_transports(const std::string& transports) {
  return R"({"realms": )" + some_realms + R"(, "transports": )" + transports + "}";
}

// One WebSocket transport with these members besides its type and endpoint.
inline std::string with_websocket(const std::string& members) {
  return with_transports(R"([{"type": "websocket", "endpoint": {"type": "tcp", "port": 8080}, )" + members +
                         "}]");
}

inline std::string with_endpoint(const std::string& endpoint) {
  return with_transports(R"([{"type": "websocket", "endpoint": )" + endpoint + "}]");
}

// One web transport with these paths.
inline std::string with_paths(const std::string& paths) {
  return with_transports(R"([{"type": "web", "endpoint": {"type": "tcp", "port": 8080}, "paths": )" + paths +
                         "}]");
}

// A Crossbar node with one router worker.
inline std::string crossbar(const std::string& transports = some_transports,
                            const std::string& more_of_worker = "") {
  return R"({"version": 2, "workers": [{"type": "router", "realms": )" + some_realms + R"(, "transports": )" +
         transports + more_of_worker + "}]}";
}

inline Config parse(std::string_view text) {
  return parse_config(text, "wampd.jsonc", "/etc/wampd");
}

// The first transport of a configuration.
inline Transport transport_of(const std::string& text) {
  return parse(text).transports.at(0);
}

// What is logged of the configuration.
inline std::vector<std::string> notices_of(const Config& config) {
  std::vector<std::string> texts;
  for (const Notice& notice : config.notices) texts.push_back(to_text(notice));
  return texts;
}
inline std::vector<std::string> notices_of(std::string_view text) {
  return notices_of(parse(text));
}

// The message of the ConfigError, or "accepted".
inline std::string error_of(std::string_view text) {
  try {
    parse(text);
    return "accepted";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

}  // namespace router::config::test

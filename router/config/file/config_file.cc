#include "router/config/file/config_file.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "router/config/clients/auth.h"
#include "router/config/document/json_document.h"
#include "router/config/document/read_limits.h"
#include "router/config/document/setting.h"
#include "router/config/document/text_file.h"
#include "router/config/file/crossbar.h"
#include "router/config/realms/realms.h"
#include "router/config/transports/transports.h"

namespace router::config {
namespace {

constexpr size_t max_config_bytes = 1024 * 1024;
constexpr int max_workers = 256;

void read_own(const Setting& root, Config& config) {
  root.check_keys({.known = {"$schema", "realms", "transports", "workers", "memory", "drain"}});
  read_integer(root, "workers", config.workers, 0, max_workers);
  if (const auto memory = root.find("memory")) read_limits(*memory, memory_limits, config.memory);
  if (const auto drain = root.find("drain")) read_limits(*drain, drain_times, config.drain);
  const Setting realms = root.require("realms");
  const Setting transports = root.require("transports");
  config.realms = read_realms(realms);
  config.transports = read_transports(transports, config.realms);
}

std::string read_file(const std::string& path) {
  try {
    return read_text_file(path, max_config_bytes);
  } catch (const std::runtime_error& error) {
    throw ConfigError(path + ": cannot read the configuration: " + error.what());
  }
}

Config parse(std::string_view text, Source source) {
  const JsonNode document = parse_json(text, source.name);
  const Setting root(document, source);
  const auto workers = root.find("workers");
  Config config;
  if (root.find("version") || (workers && workers->node().kind == JsonKind::array))
    read_crossbar(root, config);
  else
    read_own(root, config);
  config.notices = std::move(source.notices);
  return config;
}

}  // namespace

Config default_config() {
  Permission everything{.uri = "",
                        .match = wamp::MatchPolicy::prefix,
                        .call = true,
                        .register_ = true,
                        .publish = true,
                        .subscribe = true,
                        .force_reregister = true};
  Realm realm;
  realm.name = "realm1";
  realm.roles = {{.name = "anonymous", .permissions = {std::move(everything)}}};

  Transport transport;
  transport.paths = {{"/", StaticPath{}},
                     {"/ws", WebSocketPath{}},
                     {"/health", HealthPath{}},
                     {"/ready", ReadyPath{}},
                     {"/metrics", MetricsPath{}}};
  transport.rawsocket_serializers = transport.serializers;
  transport.auth = anonymous_as("anonymous");

  Config config;
  config.realms = {std::move(realm)};
  config.transports = {std::move(transport)};
  return config;
}

Config parse_config(std::string_view text, const std::string& name, const std::string& base_directory) {
  return parse(text, {.name = name, .base_directory = base_directory});
}

Config load_config(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return parse(
      read_file(path),
      {.name = path, .base_directory = directory.empty() ? "." : directory, .is_to_be_served = true});
}

}  // namespace router::config

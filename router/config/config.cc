#include "router/config/config.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "router/config/auth.h"
#include "router/config/json_document.h"
#include "router/config/realms.h"
#include "router/config/setting.h"
#include "router/config/text_file.h"
#include "router/config/transports.h"

namespace router::config {
namespace {

constexpr size_t max_file_bytes = 1024 * 1024;
constexpr int max_workers = 256;

// Both of our own top level and of Crossbar's router worker.
void read_realms_and_transports(const Setting& setting, Config& config) {
  const Setting realms = setting.require("realms");
  const Setting transports = setting.require("transports");
  config.realms = read_realms(realms);
  config.transports = read_transports(transports, config.realms);
}

void refuse_all(const std::optional<Setting>& list, std::string_view what) {
  if (list)
    for (const Setting& element : list->elements()) element.fail_unsupported(what);
}

void read_router_worker(const Setting& worker, Config& config) {
  worker.check_keys({.known = {"type", "realms", "transports", "components", "connections", "options"},
                     .unsupported = {"manhole"},
                     .ignored = {"id"}});
  if (const auto options = worker.find("options"))
    options->check_keys({.unsupported = {"disabled"},
                         .ignored = {"title", "python", "pythonpath", "cpu_affinity", "env",
                                     "expose_controller", "expose_shared", "extra"}});
  refuse_all(worker.find("components"), "components");
  refuse_all(worker.find("connections"), "connections");
  read_realms_and_transports(worker, config);
}

// Crossbar's config.json with one router worker; other workers start programs or relay, which wampd does not.
void read_crossbar(const Setting& root, Config& config) {
  root.source().is_crossbar = true;
  const Setting version = root.require("version");
  if (version.integer(0, INT32_MAX) != 2)
    version.fail("expected 2, the version of Crossbar's format that is read");
  root.check_keys({.known = {"$schema", "version", "workers", "controller"}});
  if (const auto controller = root.find("controller"); controller && !controller->members().empty())
    controller->notice("\"controller\" has no effect");

  const auto workers = root.require("workers").some_elements();
  for (const Setting& worker : workers)
    worker.require("type").choice({"router"}, {"container", "guest", "hostmonitor", "marketplace", "proxy",
                                               "websocket-testee", "xbrmm"});
  if (workers.size() > 1) workers[1].fail("a second router worker is not supported yet");
  read_router_worker(workers[0], config);
}

void read_own(const Setting& root, Config& config) {
  root.check_keys({.known = {"$schema", "realms", "transports", "workers"}});
  read_integer(root, "workers", config.workers, 0, max_workers);
  read_realms_and_transports(root, config);
}

std::string read_file(const std::string& path) {
  try {
    return read_text_file(path, max_file_bytes);
  } catch (const std::runtime_error& error) {
    throw ConfigError(path + ": cannot read the configuration: " + error.what());
  }
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
  transport.paths = {{"/", StaticPath{}}, {"/ws", WebSocketPath{}}, {"/health", HealthPath{}}};
  transport.rawsocket_serializers = transport.serializers;
  transport.auth = anonymous_as("anonymous");

  Config config;
  config.realms = {std::move(realm)};
  config.transports = {std::move(transport)};
  return config;
}

Config parse_config(std::string_view text, const std::string& name, const std::string& base_directory) {
  const JsonNode document = parse_json(text, name);
  Source source{.name = name, .base_directory = base_directory};
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

Config load_config(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return parse_config(read_file(path), path, directory.empty() ? "." : directory);
}

}  // namespace router::config

#include "router/config/file/config_file.h"

#include <filesystem>
#include <istream>
#include <optional>
#include <utility>

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
constexpr int64_t max_metric_series = 10000;

std::vector<std::string> read_metric_uris(const Setting& metrics, const std::string& key) {
  std::vector<std::string> uris;
  const auto list = metrics.find(key);
  for (const Setting& uri : list ? list->elements() : std::vector<Setting>{}) {
    const std::string& text = uri.some_string();
    if (text.find('*') < text.size() - 1)
      uri.fail("expected a URI, or the beginning of some with a '*' behind it, found " + in_quotes(text));
    uris.push_back(text);
  }
  return uris;
}

MetricsUris read_metrics(const Setting& setting) {
  setting.check_keys({.known = {"procedures", "topics", "max_series"}});
  MetricsUris metrics{read_metric_uris(setting, "procedures"), read_metric_uris(setting, "topics")};
  read_integer(setting, "max_series", metrics.max_series, 1, max_metric_series);
  return metrics;
}

void read_own(const Setting& root, Config& config) {
  root.check_keys({.known = {"$schema", "realms", "transports", "workers", "memory", "drain", "metrics"}});
  read_integer(root, "workers", config.workers, 0, max_workers);
  root.given("memory", [&](const Setting& memory) { read_limits(memory, memory_limits, config.memory); });
  root.given("drain", [&](const Setting& drain) { read_limits(drain, drain_times, config.drain); });
  root.given("metrics", [&](const Setting& metrics) { config.metrics = read_metrics(metrics); });
  root.source().are_roles_known =
      root.required("realms", [&](const Setting& realms) { config.realms = read_realms(realms); });
  root.required("transports", [&](const Setting& transports) {
    config.transports = read_transports(transports, config.realms);
  });
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
  const bool is_crossbar = root.find("version") || (workers && workers->node().kind == JsonKind::array);
  root.reads([&] { is_crossbar ? read_crossbar(root, config) : read_own(root, config); });
  source.throw_faults();
  config.notices = std::move(source.notices);
  return config;
}

}  // namespace

Config parse_config(std::string_view text, const std::string& name, const std::string& base_directory) {
  return parse(text, {.name = name, .base_directory = base_directory});
}

Config load_config(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return parse(
      read_file(path),
      {.name = path, .base_directory = directory.empty() ? "." : directory, .is_to_be_served = true});
}

Config load_config(std::istream& input) {
  std::string text(max_config_bytes + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(input.gcount()));
  return load_config_text(text, "standard input");
}

Config load_config_text(std::string_view text, const std::string& name) {
  if (text.size() > max_config_bytes)
    throw ConfigError(name + ": the configuration is larger than " + std::to_string(max_config_bytes) +
                      " bytes");
  return parse(text, {.name = name, .base_directory = ".", .is_to_be_served = true});
}

}  // namespace router::config

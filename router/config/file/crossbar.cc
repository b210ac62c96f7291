#include "router/config/file/crossbar.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "router/config/file/one_router.h"
#include "router/config/realms/realms.h"
#include "router/config/transports/transports.h"

namespace router::config {
namespace {

const Words worker_types = {"router", "container",        "guest",       "proxy",    "hostmonitor",
                            "xbrmm",  "websocket-testee", "marketplace", "xbrmarket"};

std::vector<Setting> elements_of(const Setting& worker, std::string_view key) {
  const auto list = worker.find(key);
  return list ? list->elements() : std::vector<Setting>{};
}

// True or false, or the name of a variable: set means true.
bool is_disabled(const std::optional<Setting>& options) {
  const auto disabled = options ? options->find("disabled") : std::nullopt;
  if (!disabled) return false;
  if (disabled->node().kind != JsonKind::string) return disabled->boolean();
  std::optional<std::string> name;
  disabled->reads([&] { name = variable_name(disabled->node().text); });
  if (!name) disabled->fail("expected true, false or \"$NAME\"");
  return std::getenv(name->c_str()) != nullptr;
}

void check_worker_keys(const Setting& worker) {
  worker.check_keys({.known = {"type", "realms", "transports", "components", "connections", "options"},
                     .left_out = {"manhole"},
                     .ignored = {"id"}});
  if (const auto options = worker.find("options"))
    options->check_keys({.known = {"disabled"},
                         .ignored = {"title", "python", "pythonpath", "cpu_affinity", "env",
                                     "expose_controller", "expose_shared", "extra", "reactor"}});
  for (const Setting& component : elements_of(worker, "components"))
    component.leave_out("this component is not started");
  for (const Setting& connection : elements_of(worker, "connections"))
    connection.leave_out("this connection is not opened");
}

// Its transports give their clients its own realms only, as in Crossbar each worker is a router of its own.
void read_router_worker(const Setting& worker, OneRouter& router) {
  check_worker_keys(worker);
  if (is_disabled(worker.find("options")))
    return worker.notice("this worker is disabled, so it is not served");
  std::vector<Realm> own;
  std::vector<std::string> names;
  worker.source().are_roles_known =
      Setting::for_each(elements_of(worker, "realms"), [&](const Setting& setting) {
        if (!setting.reads([&] { own.push_back(read_realm(setting)); })) return;
        names.push_back(own.back().name);
        router.add_realm(setting, own.back());
      });
  Setting::for_each(elements_of(worker, "transports"), [&](const Setting& setting) {
    auto transport = read_transport(setting, own);
    if (!transport) return;
    transport->realms = names;
    router.add_transport(setting, *std::move(transport));
  });
}

void read_worker(const Setting& worker, OneRouter& router) {
  const std::string& type = worker.require("type").choice(worker_types);
  if (type == "router") return read_router_worker(worker, router);
  worker.leave_out("a worker of type " + in_quotes(type) + " is not started");
}

// Which is what a file without a version has.
bool is_version_1(const Setting& root) {
  const auto version = root.find("version");
  const int64_t number = version ? version->integer(0, INT32_MAX) : 1;
  if (number != 1 && number != 2)
    version->fail("expected 1 or 2, the versions of Crossbar's format that are read");
  return number == 1;
}

}  // namespace

void read_crossbar(const Setting& root, Config& config) {
  root.source().is_crossbar = true;
  root.source().is_version_1 = is_version_1(root);
  root.check_keys({.known = {"$schema", "version", "workers", "controller"}});
  if (const auto controller = root.find("controller"); controller && !controller->members().empty())
    controller->leave_out("\"controller\" has no effect");
  const Setting workers = root.require("workers");
  OneRouter router(config);
  const bool are_all_good =
      Setting::for_each(workers.some_elements(), [&](const Setting& worker) { read_worker(worker, router); });
  if (config.transports.empty() && are_all_good)
    workers.fail("there is nothing to serve: no router worker has a transport that is served");
  for (Transport& transport : config.transports)
    if (transport.realms->size() == config.realms.size()) transport.realms.reset();
}

}  // namespace router::config

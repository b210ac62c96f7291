#include "router/embed/router.h"

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "router/base/log.h"
#include "router/config/file/config_file.h"
#include "router/config/file/default_config.h"
#include "router/config/urls.h"
#include "router/server/server.h"
#include "transport/loop/blocked_signals.h"

namespace router {
namespace {

// With connections whose sessions have been told to go.
constexpr auto close_patience = std::chrono::milliseconds(3500);

// Once, as somebody may have chosen another level since.
void be_quiet_by_default() {
  static std::once_flag once;
  std::call_once(once, [] { log::set_lowest_level(log::Level::warning); });
}

config::Config config_of_addresses(const RouterOptions& options) {
  const std::string addresses = "RouterOptions::addresses", realms = "RouterOptions::realms";
  if (options.addresses.empty() || options.realms.empty())
    throw config::ConfigError((options.addresses.empty() ? addresses : realms) + ": expected at least one");
  auto config = config::default_config({options.addresses, options.realms, addresses, realms});
  for (config::Transport& transport : config.transports) transport.place = addresses;
  return config;
}

config::Config config_of(const RouterOptions& options) {
  be_quiet_by_default();
  try {
    auto config = options.configuration.empty()
                      ? config_of_addresses(options)
                      : config::load_config_text(options.configuration, "configuration");
    for (const config::Notice& notice : config.notices) log::warning(config::to_text(notice));
    return config;
  } catch (const config::ConfigError& error) {
    throw std::invalid_argument(error.what());
  }
}

std::vector<ServedAt> urls_of(const Server& server) {
  std::vector<ServedAt> urls;
  for (size_t number = 0; number < server.transport_count(); ++number)
    for (auto& served : config::served_urls(server.config().transports[number], server.port(number)))
      urls.push_back({std::move(served.type), std::move(served.url)});
  return urls;
}

}  // namespace

class Router::Inside {
 public:
  explicit Inside(const RouterOptions& options) : server_(config_of(options)), urls_(urls_of(server_)) {
    server_.start();
  }
  static std::unique_ptr<Inside> with_threads(const RouterOptions& options) {
    const transport::BlockedSignals blocked;
    return std::make_unique<Inside>(options);
  }

  const std::vector<ServedAt>& urls() const { return urls_; }
  void stop() { server_.shut_down(server_.config().drain, close_patience); }

 private:
  Server server_;
  const std::vector<ServedAt> urls_;
};

Router::Router(const RouterOptions& options) : inside_(Inside::with_threads(options)) {}

Router::~Router() {
  try {
    stop();
  } catch (...) {
    // There is no memory for a drain; the server then ends at once.
  }
}

const std::vector<ServedAt>& Router::urls() const {
  return inside_->urls();
}

const std::string& Router::url(std::string_view type) const {
  for (const ServedAt& served : urls())
    if (served.type == type) return served.url;
  throw std::out_of_range("the router serves nothing of type \"" + std::string(type) + "\"");
}

void Router::stop() {
  inside_->stop();
}

void log_to(LogLevel lowest, std::function<void(LogLevel level, std::string_view line)> take) {
  be_quiet_by_default();
  log::set_lowest_level(static_cast<log::Level>(lowest));
  if (!take) return log::give_to({});
  log::give_to([take = std::move(take)](log::Level level, std::string_view line) {
    take(static_cast<LogLevel>(level), line);
  });
}

}  // namespace router

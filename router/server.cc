#include "router/server.h"

#include <thread>

#include "router/id_source.h"
#include "router/log.h"
#include "transport/address.h"

namespace router {
namespace {

size_t worker_count_of(const config::Config& config) {
  if (config.workers > 0) return static_cast<size_t>(config.workers);
  return std::max(1u, std::thread::hardware_concurrency());
}

transport::ConnectionLimits connection_limits(const config::TransportLimits& limits) {
  transport::ConnectionLimits connection;
  connection.max_message_size = limits.max_message_size;
  connection.max_queued_bytes = limits.max_queued_bytes;
  connection.handshake_timeout_ms = static_cast<int>(limits.handshake_timeout_ms);
  connection.ping_interval_ms = static_cast<int>(limits.ping_interval_ms);
  connection.ping_timeout_ms = static_cast<int>(limits.ping_timeout_ms);
  connection.close_timeout_ms = static_cast<int>(limits.close_timeout_ms);
  return connection;
}

transport::ConnectionOptions connection_options(const config::Transport& transport) {
  transport::ConnectionOptions options;
  options.limits = connection_limits(transport.limits);
  if (transport.tls) options.tls = transport.tls->context;
  options.proxy_protocol = transport.proxy_protocol;
  if (transport.trusted_proxies.empty()) return options;
  auto trusted = std::make_shared<transport::AddressRanges>();
  for (const std::string& range : transport.trusted_proxies) trusted->add(range);
  options.trusted_proxies = std::move(trusted);
  return options;
}

}  // namespace

Server::Server(config::Config config) : config_(std::move(config)) {
  std::vector<Mailbox*> mailboxes;
  for (size_t number = 0; number < worker_count_of(config_); ++number) {
    workers_.push_back(std::make_unique<Worker>(static_cast<uint32_t>(number), random_seed()));
    mailboxes.push_back(&workers_.back()->mailbox());
  }
  for (const config::Realm& realm : config_.realms)
    realms_.add(std::make_shared<Realm>(realm, mailboxes, random_seed(), clock_));
  for (Realm* realm : realms_.all()) start_timer(*realm);
  for (const config::Transport& transport : config_.transports) listen(transport);
}

void Server::start_timer(Realm& realm) {
  transport::Loop& loop = workers_.front()->loop();
  realm.set_timer([this, &realm, &loop](SteadyTime time) {
    loop.post(
        [this, &realm, &loop, time] { loop.after(time - clock_.now(), [&realm] { realm.run_due(); }); });
  });
}

void Server::listen(const config::Transport& transport) {
  std::vector<Worker*> workers;
  std::vector<transport::Loop*> loops;
  for (const auto& worker : workers_) {
    workers.push_back(worker.get());
    loops.push_back(&worker->loop());
  }
  const transport::ConnectionOptions connections = connection_options(transport);
  auto cookies = transport.cookie ? std::make_shared<auth::Cookies>(*transport.cookie) : nullptr;
  auto entrance = std::make_shared<const Entrance>(
      Entrance{realms_, transport, failed_logins_, std::move(cookies), clock_});
  services_.push_back(std::make_unique<WebService>(std::move(entrance), connections.limits, workers));
  transport::ListenOptions options;
  options.interface = transport.interface;
  options.port = transport.port;
  options.path = transport.socket_path;
  options.mode = transport.socket_mode;
  options.backlog = transport.backlog;
  options.max_connections = transport.limits.max_connections;
  if (transport.type == config::Transport::Type::rawsocket && !transport.tls)
    options.refusal = transport::rawsocket_refusal(transport::RawSocketError::too_many_connections);
  listeners_.push_back(std::make_unique<transport::Listener>(
      workers_.front()->loop(), std::move(loops), *services_.back(), options, connections,
      [](const std::string& what) { log::error(what); }));
}

Server::~Server() {
  for (const auto& worker : workers_) worker->stop();
  // The stores still answer publishers, through the workers' mailboxes.
  realms_.close();
  listeners_.clear();
}

void Server::start() {
  running_ = true;
  for (const auto& worker : workers_) worker->start();
}

size_t Server::connection_count() const {
  size_t count = 0;
  for (const auto& worker : workers_) count += worker->loop().connection_count();
  return count;
}

void Server::shut_down(std::chrono::milliseconds patience) {
  if (!running_) return;
  running_ = false;
  workers_.front()->loop().post([this] {
    for (const auto& listener : listeners_) listener->close();
  });
  for (const auto& worker : workers_) worker->loop().post([w = worker.get()] { w->begin_shutdown(); });
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (connection_count() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  for (const auto& worker : workers_) worker->stop();
}

}  // namespace router

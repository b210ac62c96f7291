#include "router/server/server.h"

#include <algorithm>
#include <cassert>
#include <future>
#include <thread>

#include "router/base/id_source.h"
#include "router/base/log.h"
#include "router/config/inventory.h"
#include "router/memory/memory_use.h"
#include "router/realm/realm_time.h"
#include "router/server/listen_failure.h"
#include "router/web/connection_limits.h"
#include "transport/socket/address.h"

namespace router {
namespace {

// For those who are accepted and on no loop yet.
constexpr auto least_grace = std::chrono::milliseconds(100);
constexpr auto realm_sweep_interval = std::chrono::seconds(1);

size_t worker_count_of(const config::Config& config) {
  if (config.workers > 0) return static_cast<size_t>(config.workers);
  return std::max(1u, std::thread::hardware_concurrency());
}

// Or until `patience` is over.
void wait_until(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

transport::ListenOptions listen_options(const config::Transport& transport) {
  transport::ListenOptions options;
  options.interface = transport.interface;
  options.port = transport.port;
  options.path = transport.socket_path;
  options.mode = transport.socket_mode;
  options.backlog = transport.backlog;
  options.max_connections = transport.limits.max_connections;
  if (!transport.id.empty()) options.names.push_back(transport.id);
  if (transport.type == config::Transport::Type::rawsocket && !transport.tls)
    options.refusal = transport::rawsocket_refusal(transport::RawSocketError::too_many_connections);
  return options;
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

uint64_t max_kept_bytes(const config::MemoryLimits& limits, uint64_t whole) {
  return limits.max_kept_bytes > 0 ? limits.max_kept_bytes : whole / 4;
}

// Those that are one of these, or begin like one with a '*' at its end.
PinnedUris pinned(const std::vector<std::string>& wanted) {
  if (wanted.empty()) return {};
  std::vector<std::string> names, prefixes;
  for (const std::string& one : wanted)
    if (one.ends_with('*'))
      prefixes.push_back(one.substr(0, one.size() - 1));
    else
      names.push_back(one);
  std::sort(names.begin(), names.end());
  const size_t count = names.size();
  return {[names = std::move(names), prefixes = std::move(prefixes)](std::string_view uri) {
            using As = PinnedUris::As;
            if (std::binary_search(names.begin(), names.end(), uri)) return As::by_name;
            const auto begins_so = [uri](const std::string& prefix) { return uri.starts_with(prefix); };
            return std::any_of(prefixes.begin(), prefixes.end(), begins_so) ? As::by_pattern : As::none;
          },
          count};
}

// By which another process knows the socket of the transport: there, ':' stands between names.
std::string handed_name(std::string name) {
  std::replace(name.begin(), name.end(), ':', '/');
  return name;
}

bool serves_wamp(const config::Transport& transport) {
  return !transport.rawsocket_serializers.empty() ||
         std::any_of(transport.paths.begin(), transport.paths.end(), [](const auto& entry) {
           return std::holds_alternative<config::WebSocketPath>(entry.second) ||
                  std::holds_alternative<config::LongPollPath>(entry.second) ||
                  std::holds_alternative<config::BridgePath>(entry.second) ||
                  std::holds_alternative<config::ApiPath>(entry.second);
         });
}

}  // namespace

Server::Server(config::Config config, WorkersOnly)
    : config_(std::move(config)),
      pinned_procedures_(pinned(config_.metrics.procedures)),
      pinned_topics_(pinned(config_.metrics.topics)),
      realms_([this](const config::Realm& realm) { return make_realm(realm); }) {
  for (size_t number = 0; number < worker_count_of(config_); ++number) {
    workers_.push_back(std::make_unique<Worker>(static_cast<uint32_t>(number), random_seed()));
    mailboxes_.push_back(&workers_.back()->mailbox());
  }
  std::vector<Worker*> workers;
  for (const auto& worker : workers_) workers.push_back(worker.get());
  for (Worker* const worker : workers) worker->know(mailboxes_);
  memory_ = std::make_unique<MemoryWatch>(
      config_.memory, workers, [this](bool accepting) { set_accepting(accepting); }, memory_use);
  kept_ =
      std::make_shared<broker::KeptBytes>(max_kept_bytes(config_.memory, memory_->guard().limits().resident));
  monitor_ = std::make_unique<Monitor>(std::vector<const Worker*>(workers.begin(), workers.end()), realms_,
                                       memory_->guard(), kept_, clock_);
  monitor_->set_limits(config_);
  monitor_->set_metrics(config_.metrics);
}

// If that throws, the destructor takes down what is there, in its order.
Server::Server(config::Config config, transport::InheritedSockets sockets,
               const std::optional<chaos::Plan>& chaos, const std::function<void()>& before_stores)
    : Server(std::move(config), WorkersOnly()) {
  if (chaos) troublemaker_ = std::make_unique<chaos::Troublemaker>(*chaos);
  const auto names = config::transport_names(config_);
  std::vector<transport::ListenOptions> wanted;
  for (size_t i = 0; i < names.size(); ++i) {
    wanted.push_back(listen_options(config_.transports[i]));
    wanted.back().names.push_back(handed_name(names[i]));
  }
  sockets.give_to(wanted);
  for (const std::string& address : sockets.left())
    log::warning("no transport listens on " + address + ", of which there is a socket: it is closed");
  for (size_t i = 0; i < names.size(); ++i)
    listeners_.push_back(listen(names[i], config_.transports[i], std::move(wanted[i])));
  if (before_stores) before_stores();
  realms_.commit(realms_.prepare(config_.realms));
}

// On the thread that accepts. Those who only watch the router are always let in.
void Server::set_accepting(bool accepting) {
  for (const Named& named : listeners_)
    if (serves_wamp(services_.at(named.name)->entrance()->transport))
      named.listener->set_accepting(accepting);
}

std::shared_ptr<Realm> Server::make_realm(const config::Realm& config) {
  auto realm = std::make_shared<Realm>(config, mailboxes_, random_seed(), clock_, kept_);
  keep_time_on(loops(), realm);
  realm->set_aside(
      [this, group = realm.get()](wamp::SessionId asker, LookingThread::Work work) {
        return monitor_->pages().looking_thread().ask(LookingThread::For::caller, asker.value,
                                                      std::move(work), group);
      },
      [this](wamp::SessionId asker) {
        monitor_->pages().looking_thread().forget(LookingThread::For::caller, asker.value);
      });
  realm->pin(pinned_procedures_, pinned_topics_);
  return realm;
}

void Server::sweep() {
  workers_.front()->loop().after(realm_sweep_interval, [this] { sweep(); });
  realms_.sweep(clock_.now());
  for (const auto& realm : realms_.all()) realm->sweep_taps();
  log::tell_left_out();
}

// Cookies are remembered as long as nothing changes in who may come in.
std::shared_ptr<const Entrance> Server::make_entrance(const config::Transport& transport,
                                                      const Entrance* before) const {
  std::shared_ptr<auth::Cookies> cookies;
  if (before && before->transport.cookie == transport.cookie && before->transport.auth == transport.auth)
    cookies = before->cookies;
  else if (transport.cookie)
    cookies = std::make_shared<auth::Cookies>(*transport.cookie);
  return std::make_shared<const Entrance>(
      Entrance{realms_, transport, logins_, std::move(cookies), clock_, std::make_shared<Succession>()});
}

Server::Named Server::listen(const std::string& name, const config::Transport& transport,
                             transport::ListenOptions options) {
  std::vector<Worker*> workers;
  for (const auto& worker : workers_) workers.push_back(worker.get());
  std::unique_ptr<WebService>& service = services_[name];
  if (service)
    service->set_entrance(make_entrance(transport, service->entrance().get()));
  else
    service = std::make_unique<WebService>(make_entrance(transport, nullptr), workers, *monitor_,
                                           troublemaker_.get());
  try {
    return {name, std::make_unique<transport::Listener>(workers_.front()->loop(), loops(), *service,
                                                        std::move(options), connection_options(transport),
                                                        [](const std::string& what) { log::error(what); })};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(listen_failure(error, transport));
  }
}

void Server::on_accept_thread(const std::function<void()>& work) {
  std::promise<void> done;
  workers_.front()->loop().post([&] {
    try {
      work();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

std::vector<Server::Named> Server::listen_to_new(const config::Config& next) {
  const auto names = config::transport_names(next);
  std::vector<Named> fresh;
  const auto is_served = [this](const std::string& name) {
    return std::any_of(listeners_.begin(), listeners_.end(),
                       [&](const Named& named) { return named.name == name; });
  };
  on_accept_thread([&] {
    try {
      for (size_t i = 0; i < names.size(); ++i)
        if (!is_served(names[i]))
          fresh.push_back(listen(names[i], next.transports[i], listen_options(next.transports[i])));
    } catch (...) {
      fresh.clear();  // here, as a listener is closed on this thread
      throw;
    }
  });
  return fresh;
}

// Nobody comes in any more, over connections that are still open either.
void Server::close_entrance(WebService& service) const {
  const auto before = service.entrance();
  config::Transport transport = before->transport;
  transport.auth.clear();
  transport.paths.clear();  // those of HTTP let in by themselves
  service.set_entrance(make_entrance(transport, before.get()));
}

void Server::configure_listeners(const config::Config& next, std::vector<Named> fresh) {
  const auto names = config::transport_names(next);
  on_accept_thread([&] {
    std::erase_if(listeners_, [&](const Named& named) {
      const auto found = std::find(names.begin(), names.end(), named.name);
      if (found == names.end()) {
        close_entrance(*services_.at(named.name));
        return true;
      }
      const config::Transport& transport = next.transports[static_cast<size_t>(found - names.begin())];
      WebService& service = *services_.at(named.name);
      service.set_entrance(make_entrance(transport, service.entrance().get()));
      named.listener->serve(service, connection_options(transport));
      return false;
    });
    for (Named& named : fresh) listeners_.push_back(std::move(named));
  });
}

void Server::log_reload(const config::Config& next, const std::vector<std::string>& unchanged) const {
  const auto lines = config::differences(config::inventory(config_), config::inventory(next));
  for (const std::string& line : lines) log::info("reload: " + line);
  if (lines.empty()) log::info("reload: nothing has changed");
  for (const std::string& what : unchanged)
    log::warning("reload: " + what + " stays as it is until a restart");
}

void Server::reload(config::Config config) {
  assert(running_);
  Realms::Prepared realms = realms_.prepare(config.realms);
  std::vector<Named> fresh = listen_to_new(config);
  std::vector<std::string> unchanged = realms_.commit(std::move(realms));
  configure_listeners(config, std::move(fresh));

  const auto before = config::transport_names(config_), after = config::transport_names(config);
  for (size_t i = 0; i < after.size(); ++i) {
    const auto found = std::find(before.begin(), before.end(), after[i]);
    if (found == before.end()) continue;
    const config::Transport& old = config_.transports[static_cast<size_t>(found - before.begin())];
    if (old.limits.max_connections != config.transports[i].limits.max_connections)
      unchanged.push_back(after[i] + ": limit max_connections");
    if (old.backlog != config.transports[i].backlog) unchanged.push_back(after[i] + ": backlog");
    if (old.socket_mode != config.transports[i].socket_mode) unchanged.push_back(after[i] + ": mode");
  }
  if (worker_count_of(config) != worker_count()) unchanged.emplace_back("workers");
  if (config_.memory != config.memory) unchanged.emplace_back("memory");
  if (config_.metrics != config.metrics) unchanged.emplace_back("metrics");
  log_reload(config, unchanged);
  config_ = std::move(config);
  monitor_->set_limits(config_);
}

Server::~Server() {
  if (monitor_) monitor_->pages().stop();
  for (const auto& worker : workers_) worker->stop();
  // While all workers are there, as sessions leave something for others even now.
  for (const auto& worker : workers_) worker->end_residents();
  // The stores still answer publishers, through the workers' mailboxes.
  realms_.close();
  listeners_.clear();
}

void Server::start() {
  running_ = true;
  if (troublemaker_) log::warning("chaos is on: " + troublemaker_->plan());
  for (const auto& worker : workers_) worker->start();
  workers_.front()->loop().post([this] { sweep(); });
  memory_->start();
}

size_t Server::connection_count() const {
  size_t count = 0;
  for (const auto& worker : workers_) count += worker->loop().connection_count();
  return count;
}

size_t Server::session_count() const {
  size_t count = 0;
  for (const auto& realm : realms_.all()) count += realm->counts().members;
  return count;
}

void Server::close_listeners() {
  on_accept_thread([this] {
    for (const Named& named : listeners_) named.listener->close();
  });
}

std::vector<transport::Loop*> Server::loops() const {
  std::vector<transport::Loop*> loops;
  for (const auto& worker : workers_) loops.push_back(&worker->loop());
  return loops;
}

std::vector<HandedSocket> Server::duplicate_sockets() {
  std::vector<HandedSocket> sockets;
  on_accept_thread([&] {
    for (const Named& named : listeners_)
      sockets.push_back({named.listener->duplicate(), handed_name(named.name)});
  });
  return sockets;
}

void Server::hand_over(std::chrono::milliseconds patience) {
  on_accept_thread([this] {
    for (const Named& named : listeners_) named.listener->hand_over();
  });
  std::this_thread::sleep_for(least_grace);
  wait_until([this] { return connection_count() <= session_count(); }, patience);
}

void Server::shut_down(const config::Drain& drain, std::chrono::milliseconds patience) {
  if (!running_) return;
  running_ = false;
  monitor_->begin_drain();
  for (const auto& realm : realms_.all()) realm->begin_drain();
  const std::chrono::milliseconds window(std::min<size_t>(drain.window_ms, session_count()));
  const std::chrono::milliseconds longest(std::max(drain.window_ms, drain.deadline_ms));
  const Drain plan{window, clock_.now() + std::chrono::milliseconds(drain.deadline_ms), drain.retry_after_ms};
  for (const auto& worker : workers_) worker->loop().post([w = worker.get(), plan] { w->begin_drain(plan); });
  wait_until([this] { return session_count() == 0; }, longest);
  close_listeners();
  wait_until([this] { return connection_count() == 0; }, patience);
  for (const auto& worker : workers_) worker->stop();
}

}  // namespace router

// The whole router: realms, workers and listeners of one configuration.
//
// Made, started, reloaded and stopped by the main thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/chaos/plan.h"
#include "router/chaos/troublemaker.h"
#include "router/config/config.h"
#include "router/monitor/memory_watch.h"
#include "router/monitor/monitor.h"
#include "router/process/handover.h"
#include "router/realm/realms.h"
#include "router/statistics/uri_summary.h"
#include "router/web/web_service.h"
#include "router/worker/worker.h"
#include "transport/accept/inherited_sockets.h"
#include "transport/accept/listener.h"

namespace router {

class Server {
 public:
  // Binds all addresses that `sockets` has not; throws std::runtime_error with the address and the reason.
  // Nothing is served yet. `before_stores`: done before files are opened, which another process may have open
  // until then. `chaos`: what goes wrong on purpose.
  explicit Server(config::Config config, transport::InheritedSockets sockets = {},
                  const std::optional<chaos::Plan>& chaos = std::nullopt,
                  const std::function<void()>& before_stores = nullptr);
  // Stops at once if it still runs.
  ~Server();

  void start();

  // Serves that configuration from now on, and logs the differences. Sessions stay as they are and follow the
  // new rules; connections that are open keep their transport's old settings. Throws std::runtime_error, and
  // nothing has changed, if a new address or a new store cannot be opened. Between start and shut_down.
  void reload(config::Config config);

  // Lets nobody new in, says GOODBYE to all sessions as `drain` says, waits until their connections have gone
  // or another `patience` is over, and stops. Plain HTTP is served until the sessions have been told to go.
  void shut_down(const config::Drain& drain, std::chrono::milliseconds patience);
  // Of what it listens on, for another process.
  std::vector<HandedSocket> duplicate_sockets();
  // Listens no more, as that process does, and waits until nobody is on the way in, or `patience` is over.
  // Before shut_down().
  void hand_over(std::chrono::milliseconds patience);
  // Of the workers.
  std::vector<transport::Loop*> loops() const;
  // What is served now.
  const config::Config& config() const { return config_; }

  // Of the n-th transport: "127.0.0.1:8080".
  std::string address(size_t transport) const { return listeners_[transport].listener->address(); }
  uint16_t port(size_t transport) const { return listeners_[transport].listener->port(); }
  size_t transport_count() const { return listeners_.size(); }
  size_t worker_count() const { return workers_.size(); }
  const Realms& realms() const { return realms_; }
  const MemoryGuard& memory() const { return memory_->guard(); }

 private:
  struct Named {
    std::string name;
    std::unique_ptr<transport::Listener> listener;
  };

  // With workers, and nothing else yet.
  struct WorkersOnly {};
  Server(config::Config config, WorkersOnly);

  // What the realm has to do at a certain time is done on the first worker's thread.
  std::shared_ptr<Realm> make_realm(const config::Realm& config);
  void sweep();
  // `before`: what the transport had; null: nothing.
  std::shared_ptr<const Entrance> make_entrance(const config::Transport& transport,
                                                const Entrance* before) const;
  Named listen(const std::string& name, const config::Transport& transport, transport::ListenOptions options);
  // Runs it on the thread that accepts, and waits; throws what it throws.
  void on_accept_thread(const std::function<void()>& work);
  std::vector<Named> listen_to_new(const config::Config& next);
  // Ends those that `next` has not, and gives the others their settings.
  void close_entrance(WebService& service) const;
  void configure_listeners(const config::Config& next, std::vector<Named> fresh);
  void log_reload(const config::Config& next, const std::vector<std::string>& unchanged) const;
  size_t connection_count() const;
  size_t session_count() const;
  void close_listeners();
  void set_accepting(bool accepting);

  config::Config config_;  // the main thread's: a reload replaces it
  // What no reload changes, for workers that make realms.
  const PinnedUris pinned_procedures_, pinned_topics_;
  const SystemClock clock_;
  std::vector<Mailbox*> mailboxes_;  // by worker
  // In this order: connections go with their workers, and look at services until then.
  Realms realms_;
  const std::shared_ptr<auth::LoginHistory> logins_ = std::make_shared<auth::LoginHistory>();
  std::unique_ptr<chaos::Troublemaker> troublemaker_;  // null: nothing goes wrong on purpose
  // By the transport's name; that of a removed transport stays, for its connections and in case it comes
  // back.
  std::map<std::string, std::unique_ptr<WebService>> services_;
  std::unique_ptr<Monitor> monitor_;  // who waits for its answers has a connection
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<MemoryWatch> memory_;
  std::shared_ptr<const broker::KeptBytes> kept_;
  std::vector<Named> listeners_;  // in the order of the configuration, new ones last
  bool running_ = false;
};

}  // namespace router

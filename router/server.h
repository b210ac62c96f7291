// The whole router: realms, workers and listeners of one configuration.
//
// Made, started and stopped by the main thread. The configuration is copied and immutable.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "router/config/config.h"
#include "router/realms.h"
#include "router/web_service.h"
#include "router/worker.h"
#include "transport/listener.h"

namespace router {

class Server {
 public:
  // Binds all addresses; throws std::runtime_error with the address and the reason. Nothing is served yet.
  explicit Server(config::Config config);
  // Stops at once if it still runs.
  ~Server();

  void start();

  // Stops accepting, says GOODBYE to all sessions, waits until they have gone or `patience` is over, and
  // stops.
  void shut_down(std::chrono::milliseconds patience);

  // Of the n-th transport: "127.0.0.1:8080".
  std::string address(size_t transport) const { return listeners_[transport]->address(); }
  uint16_t port(size_t transport) const { return listeners_[transport]->port(); }
  size_t transport_count() const { return listeners_.size(); }
  size_t worker_count() const { return workers_.size(); }
  const Realms& realms() const { return realms_; }

 private:
  // What the realm has to do at a certain time is done on the first worker's thread.
  void start_timer(Realm& realm);
  void listen(const config::Transport& transport);
  size_t connection_count() const;

  const config::Config config_;
  const SystemClock clock_;
  // In this order: connections go with their workers, and their sessions look at realms and services until
  // then.
  Realms realms_;
  const std::shared_ptr<auth::FailedLogins> failed_logins_ = std::make_shared<auth::FailedLogins>();
  std::vector<std::unique_ptr<WebService>> services_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<transport::Listener>> listeners_;
  bool running_ = false;
};

}  // namespace router

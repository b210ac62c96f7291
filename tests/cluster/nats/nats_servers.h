// Servers of NATS with JetStream, in folders of their own: one, or several that are a cluster.
//
// They end with the test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "router/cluster/nats/nats_settings.h"
#include "tests/support/temporary_folder.h"

namespace cluster_nats {

class NatsServers {
 public:
  static constexpr size_t max_payload = 64 * 1024;

  // False: a test that needs one is to be skipped, and why is said.
  static bool is_there();

  // All are started.
  explicit NatsServers(size_t count = 1);
  ~NatsServers();
  NatsServers(const NatsServers&) = delete;

  // Of a node that connects to those servers; none: to the first.
  router::cluster::NatsSettings settings(const std::string& node,
                                         const std::vector<size_t>& servers = {0}) const;
  // Tries until it works; throws when that takes too long, or a server has ended.
  void make_bucket() const;

  size_t size() const { return servers_.size(); }
  uint16_t port(size_t server) const { return servers_[server].port; }
  void start(size_t server);
  void kill(size_t server);  // with -9
  void freeze(size_t server) const;
  void thaw(size_t server) const;

  // The one that decides which writes of keys are accepted. Waits until there is one,
  // as make_bucket() does.
  size_t leader() const;

 private:
  struct Server {
    uint16_t port = 0, cluster_port = 0, monitor_port = 0;
    std::string configuration;  // a file
    pid_t process = -1;
  };

  void configure(size_t server);
  std::string log_of(size_t server) const;  // a file
  // Throws, with a server's log, when one has ended by itself, or when it is not so for too long.
  void wait_until(const std::function<bool()>& is_so) const;
  std::string monitored(size_t server, const std::string& path) const;

  test_support::TemporaryFolder folder_;
  std::vector<Server> servers_;
};

}  // namespace cluster_nats

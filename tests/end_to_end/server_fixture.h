// A whole router in this process, on a free port of loopback.
#pragma once

#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include "router/config/file/default_config.h"
#include "router/server/server.h"
#include "tests/end_to_end/wamp_client.h"

namespace router {

inline config::Config test_config(int workers = 2) {
  config::Config config = config::default_config();
  config.workers = workers;
  config.transports.front().port = 0;
  return config;
}

// JSON or MessagePack, as a part of a test's name.
inline std::string name_in_tests(serializers::Format format) {
  return format == serializers::Format::json ? "Json" : "MessagePack";
}

// Users, whom com.auth is asked about, on the first transport; back ends, who may do everything, on the
// second.
inline config::Config test_config_with_authorizer(int workers = 2) {
  config::Config config = test_config(workers);
  config::Role backend = config.realms.front().roles.front();
  backend.name = "backend";
  config.realms.front().roles.push_back(backend);
  config::Role& user = config.realms.front().roles.front();
  user.permissions.clear();
  user.authorizer.emplace();
  user.authorizer->procedure = "com.auth";
  config.transports.push_back(config.transports.front());
  config.transports.back().auth.at("anonymous").principals.at("").role = "backend";
  return config;
}

class RunningServer {
 public:
  explicit RunningServer(config::Config config = test_config()) : server_(std::move(config)) {
    server_.start();
  }
  ~RunningServer() { server_.shut_down({.window_ms = 0, .deadline_ms = 0}, std::chrono::milliseconds(100)); }

  uint16_t port() const { return server_.port(0); }
  Server& server() { return server_; }
  WampClient connect(const Speech& speech) { return {port(), speech}; }
  WampClient join(const Speech& speech) {
    WampClient client(port(), speech);
    client.joins();
    return client;
  }

 private:
  Server server_;
};

}  // namespace router

// What one listening transport serves: RawSocket, and over HTTP WebSocket and long-poll paths, static files,
// the built-in page, health.
//
// Called on any worker's thread. The server, its realms and the configuration outlive it.
#pragma once

#include <vector>

#include "router/config/config.h"
#include "router/long_poll.h"
#include "router/realms.h"
#include "router/worker.h"
#include "transport/connection.h"

namespace router {

class WebService final : public transport::Service {
 public:
  // `limits`: of a connection.
  WebService(const config::Transport& transport, const transport::ConnectionLimits& limits,
             const Realms& realms, std::vector<Worker*> workers);

  transport::HttpResponse on_request(const transport::HttpRequest& request) override;
  std::optional<size_t> max_body_size(const transport::HttpRequest& request) override;
  Answer on_post(transport::Loop& loop, const transport::HttpRequest& request, std::span<const char> body,
                 transport::HttpExchange& exchange) override;
  std::variant<Upgrade, transport::RawSocketError> on_rawsocket(
      transport::Loop& loop, const transport::RawSocketRequest& request) override;
  std::variant<Upgrade, transport::HttpResponse> on_upgrade(transport::Loop& loop,
                                                            const transport::HttpRequest& request,
                                                            const std::vector<std::string>& offered) override;

 private:
  struct Match {
    const config::Path* path = nullptr;
    std::string_view rest;  // of the request's path, behind the configured one
  };
  Match match(std::string_view request_path) const;
  Worker& worker_of(const transport::Loop& loop) const;

  const config::Transport& transport_;
  const Realms& realms_;
  const std::vector<Worker*> workers_;
  LongPoll long_poll_;
};

// Whether a browser page of that Origin may connect. No Origin: not a browser, so yes. Without patterns the
// page must come from the same host and port as `host`, the request's Host; a pattern may contain '*'.
bool origin_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& patterns);

}  // namespace router

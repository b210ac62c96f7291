// What one listening transport serves: RawSocket, and over HTTP WebSocket and long-poll paths, the gateway,
// static files, the built-in page, health, readiness, metrics and what the monitor tells.
//
// Any thread. The server outlives it.
#pragma once

#include <memory>
#include <vector>

#include "router/base/mutex.h"
#include "router/chaos/troublemaker.h"
#include "router/entrance/entrance.h"
#include "router/http/gateway.h"
#include "router/monitor/monitor.h"
#include "router/web/long_poll.h"
#include "router/worker/worker.h"
#include "transport/connection/connection.h"
#include "transport/connection/service.h"

namespace router {

class WebService final : public transport::Service {
 public:
  // `troublemaker`: of those who come by WebSocket or RawSocket; null: there is none. Outlives it.
  WebService(std::shared_ptr<const Entrance> entrance, std::vector<Worker*> workers, Monitor& monitor,
             chaos::Troublemaker* troublemaker = nullptr);

  // What it serves from now on; sessions that are open keep what they came through.
  void set_entrance(std::shared_ptr<const Entrance> entrance);
  std::shared_ptr<const Entrance> entrance() const;

  void on_refused(const std::string& peer, const std::string& why) override;
  void remark(const std::string& peer, const std::string& what) override;
  transport::HttpResponse on_request(const transport::HttpRequest& request) override;
  transport::Loop& loop_for(transport::Loop& here, const transport::HttpRequest& request) override;
  bool is_exchange(const transport::HttpRequest& request) override;
  std::optional<transport::HttpResponse> refuse_body(transport::Loop& loop,
                                                     const transport::HttpRequest& request,
                                                     size_t body_size) override;
  Answer on_post(transport::Loop& loop, const transport::HttpRequest& request, std::span<const char> body,
                 transport::HttpExchange& exchange) override;
  std::variant<Upgrade, transport::RawSocketRefusal> on_rawsocket(
      transport::Loop& loop, const transport::RawSocketRequest& request) override;
  std::variant<Upgrade, transport::HttpResponse> on_upgrade(transport::Loop& loop,
                                                            const transport::HttpRequest& request,
                                                            const std::vector<std::string>& offered) override;

 private:
  struct Match {
    const std::string* name = nullptr;  // of the path, as configured
    const config::Path* path = nullptr;
    std::string_view rest;  // of the request's path, behind the configured one
  };
  static Match match(const config::Transport& transport, std::string_view request_path);
  // Of one that the gateway serves.
  static std::optional<http::Destination> gateway_destination(
      const Match& found, const std::shared_ptr<const Entrance>& entrance);
  static bool is_of_monitor(const Match& found);
  // The same of a GET.
  static bool is_exchange(const Match& found, const std::shared_ptr<const Entrance>& entrance);
  // Of what the gateway does not serve: no long-poll is there, or it takes another method.
  static std::optional<transport::HttpResponse> refuse_method(const transport::HttpRequest& request,
                                                              const Match& found);
  std::optional<transport::HttpResponse> refuse_long_poll(const transport::Loop& loop,
                                                          const transport::HttpRequest& request,
                                                          size_t body_size, const Match& found,
                                                          const config::Transport& transport) const;
  // Whether WebSocket is served there: below a path for it only if there is no other path.
  static bool is_websocket(const Match& found, const config::Transport& transport);
  Worker& worker_of(const transport::Loop& loop) const;
  std::unique_ptr<transport::Receiver> new_session(const transport::Loop& loop,
                                                   std::shared_ptr<const Entrance> entrance,
                                                   serializers::Format format, Arrival arrival = {}) const;
  // What comes with the request; a cookie that the client is to keep is put into `headers`.
  static Arrival arrival(const Entrance& entrance, const transport::HttpRequest& request,
                         std::string_view protocol,
                         std::vector<std::pair<std::string, std::string>>& headers);

  mutable Mutex mutex_{"the entrance"};
  std::shared_ptr<const Entrance> entrance_ GUARDED_BY(mutex_);
  const std::vector<Worker*> workers_;
  Monitor& monitor_;
  chaos::Troublemaker* const troublemaker_;
  LongPoll long_poll_;
  http::Gateway gateway_;
};

}  // namespace router

// Calls, publications and events for those who speak plain HTTP: what the paths "caller", "publisher",
// "webhook" and "http" lead to.
//
// Shared by all workers; what lives on one is touched on its thread only. The server outlives it, and it its
// connections.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/base/mutex.h"
#include "router/entrance/entrance.h"
#include "router/http/forms/nonces.h"
#include "router/http/members.h"
#include "transport/connection/service.h"
#include "transport/http/http.h"

namespace router::http {

// Where a request has come to.
struct Destination {
  const std::shared_ptr<const Entrance>& entrance;  // of the transport
  const std::string& name;                          // of the path, as configured
  const config::Path& path;
  std::string_view rest;  // of the request's path, behind the configured one
};

class Gateway {
 public:
  explicit Gateway(const std::vector<Worker*>& workers);
  ~Gateway();

  static bool serves(const config::Path& path);
  // That pages of other origins may use there.
  static std::string_view methods(const Destination& to);
  // The same as those of transport::Service.
  static bool is_exchange(const Destination& to);
  static std::optional<transport::HttpResponse> refuse_body(const Destination& to,
                                                            const transport::HttpRequest& request,
                                                            size_t body_size);
  // In the form of the path's other refusals: of a page that may not ask there.
  static transport::HttpResponse refusal_of_page(const Destination& to, std::string_view why);
  // A GET or HEAD that is no exchange.
  static transport::HttpResponse on_get(const Destination& to, const transport::HttpRequest& request);
  // `headers`: of the response, for pages of other origins. The request was not refused when its head came,
  // but the configuration may be another one since.
  transport::Service::Answer on_request(transport::Loop& loop, const Destination& to,
                                        const transport::HttpRequest& request, std::string_view body,
                                        Headers headers, transport::HttpExchange& exchange);

 private:
  struct OnWorker;
  OnWorker& on(const transport::Loop& loop);
  // As which clients of the path come in.
  std::shared_ptr<const Entrance> entrance_of(const Destination& to);
  std::shared_ptr<Nonces> nonces_of(const Destination& to);
  transport::Service::Answer serve(OnWorker& here, const Destination& to,
                                   const transport::HttpRequest& request, std::string_view body,
                                   Headers headers, transport::HttpExchange& exchange);
  transport::Service::Answer on_bridge(OnWorker& here, const Destination& to,
                                       const transport::HttpRequest& request, std::string_view body,
                                       transport::HttpExchange& exchange);
  transport::Service::Answer on_api(OnWorker& here, const Destination& to,
                                    const transport::HttpRequest& request, std::string_view body,
                                    Headers headers, transport::HttpExchange& exchange);
  // As that member of the "http" path.
  transport::Service::Answer ask(OnWorker& here, const Destination& to, const transport::HttpRequest& request,
                                 const Credentials& credentials, Question question,
                                 transport::HttpExchange& exchange, Member::Respond respond);
  static void wait_for_sweep(OnWorker& here);
  static void sweep(OnWorker& here);

  std::vector<std::unique_ptr<OnWorker>> workers_;
  Mutex mutex_{"the paths of HTTP"};
  struct OfPath {
    std::shared_ptr<const Entrance> of_transport, own;
    std::shared_ptr<Nonces> nonces;  // null: no signed request has come yet
  };
  std::map<std::string, OfPath> paths_ GUARDED_BY(mutex_);
};

}  // namespace router::http

// WAMP over HTTP long-poll (advanced profile, "HTTP Longpoll Transport"): POSTs to open, TRANSPORT/receive,
// TRANSPORT/send and TRANSPORT/close.
//
// Shared by all workers. Each keeps the sessions that were opened on it, on its own thread; a transport id
// begins with the worker's number, and a request for another worker's session moves there with its
// connection. The server, its realms and the configuration outlive it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "router/config/config.h"
#include "router/realms.h"
#include "router/worker.h"
#include "transport/connection.h"
#include "transport/long_poll_connection.h"

namespace router {

class LongPoll {
 public:
  LongPoll(const config::Transport& transport, const transport::ConnectionLimits& limits,
           const Realms& realms, std::vector<Worker*> workers);

  // `rest`: of the request's path, behind the configured one. Origins are checked before.
  transport::Service::Answer on_post(transport::Loop& loop, const transport::HttpRequest& request,
                                     std::string_view rest, std::span<const char> body,
                                     transport::HttpExchange& exchange);

 private:
  using Sessions = std::unordered_map<std::string, std::shared_ptr<transport::LongPollConnection>>;

  transport::HttpResponse open(size_t number, const transport::HttpRequest& request,
                               std::span<const char> body);
  void sweep(size_t number);

  const config::Transport& transport_;
  const transport::ConnectionLimits limits_;
  const Realms& realms_;
  const std::vector<Worker*> workers_;
  std::vector<Sessions> sessions_;  // by worker; each touched on its thread only
  std::atomic<size_t> session_count_{0};
};

}  // namespace router

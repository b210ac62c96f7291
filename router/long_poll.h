// WAMP over HTTP long-poll (advanced profile, "HTTP Longpoll Transport"): POSTs to open, TRANSPORT/receive,
// TRANSPORT/send and TRANSPORT/close.
//
// Shared by all workers. Each keeps the sessions that were opened on it, on its own thread; a transport id
// begins with the worker's number, and a request for another worker's session moves there with its
// connection. The server outlives it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "router/entrance.h"
#include "router/worker.h"
#include "transport/connection.h"
#include "transport/long_poll_connection.h"

namespace router {

class LongPoll {
 public:
  explicit LongPoll(std::vector<Worker*> workers);

  // `entrance`: of a session that this opens; `rest`: of the request's path, behind the configured one.
  // Origins are checked before.
  transport::Service::Answer on_post(transport::Loop& loop, const std::shared_ptr<const Entrance>& entrance,
                                     const transport::HttpRequest& request, std::string_view rest,
                                     std::span<const char> body, transport::HttpExchange& exchange);

 private:
  using Sessions = std::map<std::string, std::shared_ptr<transport::LongPollConnection>>;

  transport::HttpResponse open(size_t number, const std::shared_ptr<const Entrance>& entrance,
                               const transport::HttpRequest& request, std::span<const char> body,
                               transport::ListenerCounts& counts);
  void sweep(size_t number);

  const std::vector<Worker*> workers_;
  std::vector<Sessions> sessions_;  // by worker; each touched on its thread only
};

}  // namespace router

// WAMP over HTTP long-poll (advanced profile, "HTTP Longpoll Transport"): POSTs to open, TRANSPORT/receive,
// TRANSPORT/send and TRANSPORT/close.
//
// Shared by all workers. Each keeps the sessions that were opened on it, on its own thread; a transport id
// begins with the worker's number, and a request for another worker's session moves there with its
// connection. The server outlives it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/entrance/entrance.h"
#include "router/worker/worker.h"
#include "transport/connection/connection.h"
#include "transport/connection/service.h"
#include "transport/long_poll/long_poll_connection.h"

namespace router {

class LongPoll {
 public:
  explicit LongPoll(std::vector<Worker*> workers);

  // What a POST to that path is for; empty: for nothing.
  static std::string_view purpose_of(std::string_view rest);

  // Of the worker that has the session which `rest` of the path names.
  transport::Loop& loop_for(transport::Loop& here, std::string_view rest) const;
  // On that loop.
  size_t max_body_size(const transport::Loop& loop, const config::TransportLimits& limits,
                       std::string_view rest) const;

  // `entrance`: of a session that this opens; `rest`: of the request's path, behind the configured one.
  // Origins are checked before.
  transport::Service::Answer on_post(transport::Loop& loop, const std::shared_ptr<const Entrance>& entrance,
                                     const transport::HttpRequest& request, std::string_view rest,
                                     std::span<const char> body, transport::HttpExchange& exchange);

 private:
  // What stands behind the configured path.
  struct Address {
    std::string id;
    std::string_view what;         // "receive", "send", "close"
    std::optional<size_t> number;  // of the worker; none: nobody has that id
  };
  Address address_of(std::string_view rest) const;
  size_t number_of(const transport::Loop& loop) const;

  using Sessions = std::map<std::string, std::shared_ptr<transport::LongPollConnection>>;

  transport::HttpResponse open(size_t number, const std::shared_ptr<const Entrance>& entrance,
                               const transport::HttpRequest& request, std::span<const char> body,
                               transport::ListenerCounts& counts);
  void wait_for_sweep(size_t number);
  void sweep(size_t number);

  const std::vector<Worker*> workers_;
  // By worker; each touched on its thread only.
  std::vector<Sessions> sessions_;
  std::vector<char> sweep_waiting_;
};

}  // namespace router

// What asks over HTTP without sockets: a worker that no thread runs, and requests that only remember.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "router/http/client/desk.h"
#include "router/http/client/member.h"
#include "tests/router/support/session_wires.h"
#include "transport/connection/listener_counts.h"

namespace router {

// A request, which its client may give up.
struct AskedExchange final : transport::HttpExchange {
  void answer(transport::HttpResponse response) override {
    ++answers;
    status = response.status;
    body = std::move(response.body);
  }
  void add_header(std::string, std::string) override {}
  transport::ListenerCounts& counts() override { return *listener_counts; }

  std::shared_ptr<transport::ListenerCounts> listener_counts = std::make_shared<transport::ListenerCounts>();
  transport::HttpWaiter* waiter = nullptr;  // once it is asked
  int answers = 0, status = 0;
  std::string body;
};

// All that is ready is done, and all that comes of it.
inline void turn(Worker& worker) {
  worker.loop().io().restart();
  while (worker.loop().io().poll() > 0) {
  }
}

// 200 for what was done, with what it is about, or else 500.
inline transport::HttpResponse told_response(const http::Reply& reply) {
  const bool is_done = reply.error.empty();
  return {is_done ? 200 : 500,
          "text/plain",
          is_done ? std::string(reply.role) + std::string(reply.arguments.args) : std::string(reply.error),
          {}};
}

inline void ask(http::Member& member, AskedExchange& exchange, http::Question question) {
  auto answer = member.ask(std::move(question), exchange, told_response);
  if (const auto* const later = std::get_if<transport::Service::Later>(&answer))
    exchange.waiter = later->waiter;
  else
    exchange.answer(std::get<transport::HttpResponse>(std::move(answer)));
}
inline http::Question call_of(const std::string& procedure) {
  return {.uri = procedure};
}

}  // namespace router

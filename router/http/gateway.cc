#include "router/http/gateway.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "router/base/log.h"
#include "router/http/forms/api_form.h"
#include "router/http/forms/bridge_form.h"
#include "router/http/openapi.h"
#include "router/http/strangers.h"
#include "router/http/streams/call_stream.h"
#include "router/http/streams/event_stream.h"
#include "router/realm/realms.h"
#include "transport/memory/has_memory_for.h"
#include "wamp/error_uris.h"

namespace router::http {
namespace {

using config::ApiPath;
using config::BridgePath;
using transport::HttpRequest;
using transport::HttpResponse;

constexpr auto gateway_sweep_interval = std::chrono::seconds(1);
// Of bodies: around them are the lists of a message.
constexpr int levels_around = 2;

int max_depth_of(const Entrance& entrance) {
  return std::max(1, static_cast<int>(entrance.transport.limits.max_depth) - levels_around);
}

// The rest of a message than what the body gives it is short.
size_t max_body_of(const Entrance& entrance) {
  constexpr size_t envelope = 8 * 1024;
  const uint64_t most = entrance.transport.limits.max_message_size;
  return most > envelope ? most - envelope : most;
}

config::AuthMethods methods_of(const config::Path& path) {
  if (const auto* const api = std::get_if<ApiPath>(&path); api && api->role.empty()) return api->auth;
  config::AuthMethods methods;
  const auto* const bridge = std::get_if<BridgePath>(&path);
  methods["anonymous"].principals[""].role = bridge ? bridge->role : std::get<ApiPath>(path).role;
  return methods;
}

HttpResponse unavailable_in_drain(Worker& worker, bool is_bridge) {
  return with_retry_after(
      is_bridge ? bridge_refusal(503, shuts_down) : problem(wamp::error_uri::unavailable, shuts_down),
      worker.retry_after_ms());
}

// Which of the topics have an event history; none of a realm that is not made yet.
std::vector<bool> kept_of(const Entrance& entrance, std::string_view realm_name,
                          const EventsQuestion& question) {
  std::vector<bool> are_kept(question.topics.size());
  if (const auto realm = entrance.realms.find(realm_name))
    for (size_t i = 0; i < are_kept.size(); ++i)
      are_kept[i] = realm->keeps_history_of(question.topics[i], question.match);
  return are_kept;
}

constexpr std::string_view too_many = "too many requests of this path are waiting for their answers";
constexpr std::string_view too_many_streams = "too many streams of this path are open";
constexpr uint64_t full_for_ms = 5000;  // as browsers come again by themselves, and perhaps all of them

// An EventSource, which takes any other status than 200 for the end and never comes again.
bool is_of_browsers(const Destination& to, const HttpRequest& request) {
  return api_target(to.rest) == ApiTarget::events && std::holds_alternative<ApiPath>(to.path) &&
         wants_stream(request);
}

HttpResponse come_again(const HttpRequest& request, std::string_view why, uint64_t ms) {
  const std::string reason(why);
  log::warning(log::Kind::refusal, "refusing a stream of " + request.peer_address + ": " + reason,
               {{"event", "request_refused"}, {"peer", request.peer_address}, {"reason", reason}});
  return no_stream_now(why, std::max(ms, shortest_retry_ms));
}

std::optional<HttpResponse> refuse_used(Nonces& nonces, const Once& once, WallTime now) {
  switch (nonces.use(once, now)) {
    case Nonces::Verdict::fresh:
      break;
    case Nonces::Verdict::used:
      return bridge_refusal(401, "the \"nonce\" of the signed request was used before: each needs its own");
    case Nonces::Verdict::too_many:
      return with_retry_after(
          bridge_refusal(429, "too many signed requests within the time for which they are remembered"),
          static_cast<uint64_t>(std::chrono::milliseconds(nonces.until_room(now)).count()));
  }
  return std::nullopt;
}

// What is not done as the router shuts down is answered so.
Member::Respond knowing_of_drain(Worker& worker, bool is_bridge, Member::Respond respond) {
  return [&worker, is_bridge, usual = std::move(respond)](const Reply& reply) {
    return worker.shutting_down() && is_undone(reply) ? unavailable_in_drain(worker, is_bridge)
                                                      : usual(reply);
  };
}

}  // namespace

struct Gateway::OnWorker {
  explicit OnWorker(Worker& worker) : desk{worker}, members(desk) {}

  Desk desk;
  Members members;
  bool sweep_waiting = false;
};

Gateway::Gateway(const std::vector<Worker*>& workers) {
  for (Worker* const worker : workers) workers_.push_back(std::make_unique<OnWorker>(*worker));
}

Gateway::~Gateway() = default;

bool Gateway::serves(const config::Path& path) {
  return std::holds_alternative<BridgePath>(path) || std::holds_alternative<ApiPath>(path);
}

std::string_view Gateway::methods(const Destination& to) {
  return std::holds_alternative<BridgePath>(to.path) ? "POST, PUT" : "GET, POST";
}

bool Gateway::is_exchange(const Destination& to) {
  const ApiTarget target = api_target(to.rest);
  return std::holds_alternative<ApiPath>(to.path) &&
         (target == ApiTarget::events || target == ApiTarget::openapi);
}

std::optional<HttpResponse> Gateway::refuse_body(const Destination& to, const HttpRequest& request,
                                                 size_t body_size) {
  const Entrance& entrance = *to.entrance;
  const size_t most = max_body_of(entrance);
  if (const auto* const bridge = std::get_if<BridgePath>(&to.path))
    return refuse_bridge_request(*bridge, request, body_size, most, entrance.clock.wall_time());
  if (auto refusal = refuse_api_request(request, to.rest, body_size, most)) return refusal;
  return request.method == "OPTIONS"
             ? std::nullopt
             : refuse_stranger(entrance, std::get<ApiPath>(to.path), request, body_size);
}

HttpResponse Gateway::refusal_of_page(const Destination& to, std::string_view why) {
  return std::holds_alternative<BridgePath>(to.path) ? bridge_refusal(403, why)
                                                     : problem(wamp::error_uri::not_authorized, why);
}

HttpResponse Gateway::on_get(const Destination& to, const HttpRequest& request) {
  auto refusal = refuse_body(to, request, 0);
  return refusal ? *std::move(refusal) : transport::text_response(404, "there is nothing here");
}

Gateway::OnWorker& Gateway::on(const transport::Loop& loop) {
  const auto found = std::find_if(workers_.begin(), workers_.end(),
                                  [&loop](const auto& one) { return &one->desk.worker.loop() == &loop; });
  assert(found != workers_.end());
  return **found;
}

std::shared_ptr<const Entrance> Gateway::entrance_of(const Destination& to) {
  const Lock lock(mutex_);
  OfPath& of_path = paths_[to.name];
  if (of_path.of_transport == to.entrance) return of_path.own;
  const Entrance& whole = *to.entrance;
  const auto* const bridge = std::get_if<BridgePath>(&to.path);
  config::Transport transport = whole.transport;
  transport.auth = methods_of(to.path);
  transport.realms = {bridge ? bridge->realm : std::get<ApiPath>(to.path).realm};
  transport.cookie.reset();
  transport.paths.clear();
  of_path.own =
      std::make_shared<const Entrance>(Entrance{whole.realms, std::move(transport), whole.logins, nullptr,
                                                whole.clock, std::make_shared<Succession>()});
  of_path.of_transport = to.entrance;
  return of_path.own;
}

std::shared_ptr<Nonces> Gateway::nonces_of(const Destination& to) {
  const Lock lock(mutex_);
  OfPath& of_path = paths_[to.name];
  if (!of_path.nonces) of_path.nonces = std::make_shared<Nonces>();
  return of_path.nonces;
}

transport::Service::Answer Gateway::on_request(transport::Loop& loop, const Destination& to,
                                               const HttpRequest& request, std::string_view body,
                                               Headers headers, transport::HttpExchange& exchange) {
  OnWorker& here = on(loop);
  if (auto refusal = refuse_body(to, request, body.size())) return *std::move(refusal);
  if (!here.desk.worker.shutting_down()) return serve(here, to, request, body, std::move(headers), exchange);
  const uint64_t ms = here.desk.worker.retry_after_ms();
  if (is_of_browsers(to, request)) return come_again(request, shuts_down, ms);
  const bool is_bridge = std::holds_alternative<BridgePath>(to.path);
  return unavailable_in_drain(here.desk.worker, is_bridge);
}

transport::Service::Answer Gateway::serve(OnWorker& here, const Destination& to, const HttpRequest& request,
                                          std::string_view body, Headers headers,
                                          transport::HttpExchange& exchange) {
  wait_for_sweep(here);
  return std::holds_alternative<BridgePath>(to.path)
             ? on_bridge(here, to, request, body, exchange)
             : on_api(here, to, request, body, std::move(headers), exchange);
}

transport::Service::Answer Gateway::on_bridge(OnWorker& here, const Destination& to,
                                              const HttpRequest& request, std::string_view body,
                                              transport::HttpExchange& exchange) {
  const auto& path = std::get<BridgePath>(to.path);
  const WallTime now = to.entrance->clock.wall_time();
  auto read =
      read_bridge_request(path, request, body, now, {max_body_of(*to.entrance), max_depth_of(*to.entrance)});
  if (auto* const refusal = std::get_if<HttpResponse>(&read)) return std::move(*refusal);
  auto& asked = std::get<BridgeQuestion>(read);
  const auto member = here.members.find(to.name, entrance_of(to), {path.realm}, "http:" + to.name,
                                        {1, path.requests_in_flight});
  if (!member) return with_retry_after(bridge_refusal(503, too_many), 1000);
  Member::Respond respond = knowing_of_drain(
      here.desk.worker, true,
      [entrance = to.entrance, &path](const Reply& reply) { return bridge_response(path, reply); });
  if (asked.once) {
    auto nonces = nonces_of(to);
    if (auto refusal = refuse_used(*nonces, *asked.once, now)) return *std::move(refusal);
    // If it was not asked, the same request may come again.
    respond = [usual = std::move(respond), nonces = std::move(nonces),
               once = *asked.once](const Reply& reply) {
      if (!reply.was_said) nonces->take_back(once);
      return usual(reply);
    };
  }
  return member->ask(std::move(asked.question), exchange, std::move(respond));
}

transport::Service::Answer Gateway::on_api(OnWorker& here, const Destination& to, const HttpRequest& request,
                                           std::string_view body, Headers headers,
                                           transport::HttpExchange& exchange) {
  const auto& path = std::get<ApiPath>(to.path);
  auto credentials = credentials_of(request, path);
  if (!credentials) return nobody_asks();
  const auto as_stream = [&](auto&& make) -> transport::Service::Answer {
    size_t& count = here.members.streams(to.name);
    if (count >= path.event_streams)
      return path.event_streams > 0 && is_of_browsers(to, request)
                 ? come_again(request, too_many_streams, full_for_ms)
                 : problem(wamp::error_uri::too_many_requests, too_many_streams);
    return transport::Service::Upgrade{"", transport::Framing::response, make(count), {}};
  };
  if (api_target(to.rest) == ApiTarget::events) {
    auto events = read_events_request(request);
    if (auto* const refusal = std::get_if<HttpResponse>(&events)) return std::move(*refusal);
    return as_stream([&](size_t& count) {
      auto& question = std::get<EventsQuestion>(events);
      auto are_kept = kept_of(*to.entrance, path.realm, question);
      return std::make_unique<EventStream>(here.desk, entrance_of(to), *std::move(credentials),
                                           std::move(headers), count, std::move(question),
                                           std::move(are_kept));
    });
  }
  if (api_target(to.rest) == ApiTarget::openapi)
    return ask(here, to, request, *credentials, {.kind = Question::Kind::role}, exchange,
               [entrance = to.entrance, name = to.name, &path](const Reply& reply) {
                 return openapi_response(entrance->realms, path, name, reply);
               });
  auto read = read_api_request(path, request, to.rest, body, max_depth_of(*to.entrance));
  if (auto* const refusal = std::get_if<HttpResponse>(&read)) return std::move(*refusal);
  auto& question = std::get<Question>(read);
  if (question.kind == Question::Kind::call && wants_stream(request))
    return as_stream([&](size_t& count) {
      return std::make_unique<CallStream>(here.desk, entrance_of(to), *std::move(credentials),
                                          std::move(headers), count, std::move(question));
    });
  return ask(here, to, request, *credentials, std::move(question), exchange, api_response);
}

transport::Service::Answer Gateway::ask(OnWorker& here, const Destination& to, const HttpRequest& request,
                                        const Credentials& credentials, Question question,
                                        transport::HttpExchange& exchange, Member::Respond respond) {
  const auto& path = std::get<ApiPath>(to.path);
  const auto member = here.members.find(to.name, entrance_of(to), credentials,
                                        credentials.secret.empty() ? "http:" + to.name : request.peer_address,
                                        {path.max_identities, path.requests_in_flight});
  if (!member) return problem(wamp::error_uri::too_many_requests, too_many);
  return member->ask(std::move(question), exchange,
                     knowing_of_drain(here.desk.worker, false, std::move(respond)));
}

void Gateway::wait_for_sweep(OnWorker& here) {
  if (here.sweep_waiting) return;
  here.desk.worker.loop().after(gateway_sweep_interval, [&here] { sweep(here); });
  here.sweep_waiting = true;
}

void Gateway::sweep(OnWorker& here) {
  here.sweep_waiting = false;
  const SteadyTime now = here.desk.worker.loop().now();
  transport::has_memory_for([&] { here.members.sweep(now); });
  // None goes meanwhile: connections tell their end later.
  for (StreamSession* const stream : here.desk.streams)
    transport::has_memory_for([&] { stream->sweep(now); });
  if (!here.members.empty() || !here.desk.streams.empty()) wait_for_sweep(here);
}

}  // namespace router::http

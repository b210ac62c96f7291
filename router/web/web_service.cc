#include "router/web/web_service.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "router/base/log.h"
#include "router/config/inventory.h"
#include "router/http/small_answers.h"
#include "router/monitor/exposition.h"
#include "router/session/session.h"
#include "router/web/embedded_page.h"
#include "router/web/subprotocol.h"
#include "router/web/web_access.h"
#include "text/hex.h"
#include "transport/websocket/compression.h"

namespace router {
namespace {

using transport::HttpRequest;
using transport::HttpResponse;

using serializers::Format;
using transport::Framing;

// That pages may use there: of the gateway's path, or of long-poll's.
std::string_view methods_of(const std::optional<http::Destination>& destination) {
  return destination ? http::Gateway::methods(*destination) : "POST";
}

// By its number in the RawSocket handshake.
std::optional<Format> rawsocket_format(uint8_t serializer) {
  for (const Format format : serializers::all_formats)
    if (serializers::names(format).rawsocket_number == serializer) return format;
  return std::nullopt;
}

// The two shortest that a client may ask for have no room for WELCOME with all that the router announces.
constexpr size_t min_frame_size = 2048;

// `rest`: of the request's path, behind the configured one, which the text names. The rest is not for the
// log: it opens the session.
std::string how_long_poll_begins(const HttpRequest& request, std::string_view rest) {
  std::string path = request.path.substr(0, request.path.size() - rest.size());
  if (path.back() != '/') path.push_back('/');
  return "WAMP over long-poll begins with a POST to " + path + "open";
}

HttpResponse nothing_of_long_poll(const HttpRequest& request, std::string_view rest) {
  return transport::text_response(404, "there is nothing here: " + how_long_poll_begins(request, rest));
}

// To a GET of one of the paths of long-poll.
HttpResponse post_only(const HttpRequest& request, std::string_view rest) {
  const std::string purpose(LongPoll::purpose_of(rest));
  if (purpose.empty() && !rest.empty()) return nothing_of_long_poll(request, rest);
  HttpResponse response =
      transport::text_response(405, "this path takes no " + request.method + ": " +
                                        (rest.empty() ? how_long_poll_begins(request, rest)
                                                      : "a POST to it " + purpose + " over long-poll"));
  response.headers.emplace_back("Allow", "POST, OPTIONS");
  return response;
}

HttpResponse upgrade_required() {
  HttpResponse response = transport::text_response(426, "this path speaks WebSocket only");
  response.headers.emplace_back("Upgrade", "websocket");
  return response;
}

HttpResponse unavailable(const std::string& why) {
  HttpResponse response = transport::text_response(503, why);
  response.headers.emplace_back("Retry-After", "2");  // seconds
  return response;
}

void log_refusal(const std::string& peer, const std::string& why, const std::string& remedy = "") {
  log::warning(log::Kind::refusal, "refusing " + peer + ": " + why + remedy,
               {{"event", "request_refused"}, {"peer", peer}, {"reason", why}});
}

HttpResponse logged(const HttpRequest& request, HttpResponse refusal) {
  log_refusal(request.peer_address, reason_of(refusal));
  return refusal;
}

HttpResponse refuse(const HttpRequest& request, int status, const std::string& why, const std::string& remedy,
                    const config::Transport& transport) {
  log_refusal(request.peer_address, why,
              "; if that is wrong, put it into " + remedy + " of transport " + config::address(transport));
  return transport::text_response(status, why + ": see " + remedy + " in the configuration");
}

// "/api/ws, /ws"; empty: nowhere.
std::string websocket_paths(const config::Transport& transport) {
  std::string all;
  for (const auto& [path, what] : transport.paths)
    if (std::holds_alternative<config::WebSocketPath>(what)) all.append(all.empty() ? "" : ", ").append(path);
  return all;
}

HttpResponse no_websocket(const HttpRequest& request, const config::Transport& transport) {
  const std::string paths = websocket_paths(transport);
  const std::string where = !paths.empty()                            ? "; it is on " + paths
                            : transport.rawsocket_serializers.empty() ? ", nor anywhere else at this address"
                                                                      : "; only RawSocket is at this address";
  return transport::text_response(404, "no WebSocket is served on " + request.path + where);
}

std::string rawsocket_not_served(const config::Transport& transport) {
  const std::string paths = websocket_paths(transport);
  return "RawSocket is not served here" + (paths.empty() ? "" : "; WebSocket is, on " + paths);
}

std::string serializer_not_served(const config::Transport& transport, uint8_t number) {
  const auto format = rawsocket_format(number);
  std::string why = "its RawSocket handshake asks for serializer " +
                    (format ? std::string(name(*format)) : std::to_string(number)) + "; served:";
  for (const std::string& served : transport.rawsocket_serializers) why.append(" ").append(served);
  return why;
}

// Not of batches: each is one receiver's, so it would be compressed for each of them.
void compress(transport::Service::Upgrade& upgrade, const HttpRequest& request,
              const config::Transport& transport) {
  if (!transport.compression || upgrade.framing.batched()) return;
  auto agreed =
      transport::agree_on_compression(request.header("sec-websocket-extensions"), *transport.compression);
  if (!agreed) return;
  upgrade.framing.compression = agreed->compression;
  upgrade.headers.emplace_back("Sec-WebSocket-Extensions", std::move(agreed->response));
}

bool is_allowed_page(const HttpRequest& request, const config::Transport& transport) {
  return origin_allowed(request.header("origin"), request.header("host"), transport.allowed_origins);
}

// For pages of other origins, which may ask. Over long-poll they send their cookies, as they do over
// WebSocket, and read nothing without this word for it.
http::Headers headers_for_page(const HttpRequest& request, const config::Transport& transport,
                               const std::optional<http::Destination>& destination) {
  http::Headers headers;
  if (const std::string_view origin = request.header("origin"); !origin.empty()) {
    const bool is_named =
        !destination || origin_named(origin, request.header("host"), transport.allowed_origins);
    headers.emplace_back("Access-Control-Allow-Origin", is_named ? origin : "*");
    if (is_named) headers.emplace_back("Access-Control-Allow-Credentials", "true");
    headers.emplace_back("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate");
    headers.emplace_back("Vary", "Origin");
  }
  if (request.method != "OPTIONS") return headers;
  const std::string_view methods = methods_of(destination);
  headers.emplace_back("Allow", std::string(methods) + ", OPTIONS");
  headers.emplace_back("Access-Control-Allow-Methods", methods);
  const std::string_view wanted = request.header("access-control-request-headers");
  headers.emplace_back("Access-Control-Allow-Headers", wanted.empty() ? "Content-Type" : wanted);
  return headers;
}

// A page that may ask may also read why it is refused.
HttpResponse readable(HttpResponse refusal, const HttpRequest& request, const config::Transport& transport,
                      const std::optional<http::Destination>& destination) {
  if (!is_allowed_page(request, transport)) return refusal;
  for (auto& header : headers_for_page(request, transport, destination))
    if (header.first != "Allow") refusal.headers.push_back(std::move(header));
  return refusal;
}

// Nothing: the server is asked by a name of its own.
std::optional<HttpResponse> refuse_name(const HttpRequest& request, const config::Transport& transport) {
  const std::string_view host = request.header("host");
  if (host_allowed(host, request.peer_address, transport.server_names)) return std::nullopt;
  return refuse(request, 421, "\"" + name_in_host(host) + "\" is not known as a name of this server",
                "\"server_names\"", transport);
}

// The same, and it is asked by a page that may.
std::optional<HttpResponse> refuse_page(const HttpRequest& request, const config::Transport& transport) {
  if (auto refusal = refuse_name(request, transport)) return refusal;
  if (is_allowed_page(request, transport)) return std::nullopt;
  const std::string_view origin = request.header("origin");
  const std::string why = transport.allowed_origins.empty()
                              ? ", as the request asks for \"" + std::string(request.header("host")) + "\""
                              : "";
  return refuse(request, 403, "pages of the origin \"" + std::string(origin) + "\" are not allowed" + why,
                "\"allowed_origins\"", transport);
}

}  // namespace

WebService::WebService(std::shared_ptr<const Entrance> entrance, std::vector<Worker*> workers,
                       Monitor& monitor, chaos::Troublemaker* troublemaker)
    : entrance_(std::move(entrance)),
      workers_(std::move(workers)),
      monitor_(monitor),
      troublemaker_(troublemaker),
      long_poll_(workers_),
      gateway_(workers_) {}

void WebService::set_entrance(std::shared_ptr<const Entrance> entrance) {
  const Lock lock(mutex_);
  entrance_->succession->set(entrance);
  entrance_ = std::move(entrance);
}

std::shared_ptr<const Entrance> WebService::entrance() const {
  const Lock lock(mutex_);
  return entrance_;
}

// The longest configured path that is the request's, or a directory above it.
WebService::Match WebService::match(const config::Transport& transport, std::string_view request_path) {
  Match best;
  size_t best_size = 0;
  for (const auto& [path, what] : transport.paths) {
    const std::string_view prefix = path == "/" ? std::string_view() : std::string_view(path);
    if (!request_path.starts_with(prefix)) continue;
    std::string_view rest = request_path.substr(prefix.size());
    if (!rest.empty() && rest.front() != '/') continue;
    if (best.path && prefix.size() < best_size) continue;
    if (!rest.empty()) rest.remove_prefix(1);
    best = {&path, &what, rest};
    best_size = prefix.size();
  }
  return best;
}

std::optional<http::Destination> WebService::gateway_destination(
    const Match& found, const std::shared_ptr<const Entrance>& entrance) {
  if (!found.path || !http::Gateway::serves(*found.path)) return std::nullopt;
  return http::Destination{entrance, *found.name, *found.path, found.rest};
}

bool WebService::is_websocket(const Match& found, const config::Transport& transport) {
  const bool serves_any_path = transport.paths.size() == 1 && transport.paths.begin()->first == "/";
  return found.path && std::holds_alternative<config::WebSocketPath>(*found.path) &&
         (found.rest.empty() || serves_any_path);
}

void WebService::on_refused(const std::string& peer, const std::string& why) {
  log_refusal(peer, why);
}

void WebService::remark(const std::string& peer, const std::string& what) {
  log::info(log::Kind::connection, peer + " " + what,
            {{"event", "connection"}, {"peer", peer}, {"reason", what}});
}

HttpResponse WebService::on_request(const HttpRequest& request) {
  const auto entrance = this->entrance();
  if (auto refusal = refuse_name(request, entrance->transport)) return *std::move(refusal);
  const Match found = match(entrance->transport, request.path);
  if (is_websocket(found, entrance->transport)) return upgrade_required();
  if (!found.path || std::holds_alternative<config::NothingPath>(*found.path) ||
      std::holds_alternative<config::WebSocketPath>(*found.path))
    return transport::text_response(404, "there is nothing here");
  if (std::holds_alternative<config::LongPollPath>(*found.path))
    return logged(request, post_only(request, found.rest));
  if (const auto destination = gateway_destination(found, entrance))
    return readable(http::Gateway::on_get(*destination, request), request, entrance->transport, destination);
  if (auto answer = http::small_answer(*found.path, request)) return *std::move(answer);
  if (std::holds_alternative<config::HealthPath>(*found.path)) return transport::text_response(200, "ok");
  if (std::holds_alternative<config::ReadyPath>(*found.path)) {
    const auto why_not = monitor_.why_not_ready();
    return why_not ? unavailable(*why_not) : transport::text_response(200, "ready");
  }
  // A HEAD, as a GET is an exchange.
  if (std::holds_alternative<config::MetricsPath>(*found.path))
    return HttpResponse{200, content_type(Exposition::text), monitor_.metrics(Exposition::text), {}};
  if (std::holds_alternative<config::MonitorPath>(*found.path)) {
    HttpResponse response = transport::text_response(405, "this path takes GET only");
    response.headers.emplace_back("Allow", "GET");
    return response;
  }
  const auto& files = std::get<config::StaticPath>(*found.path).files;
  return files.directory.empty()
             ? embedded_page(*entrance, request, {*found.name, found.rest, files.cache_timeout_s})
             : transport::static_file(files, found.rest, request);
}

std::variant<transport::Service::Upgrade, HttpResponse> WebService::on_upgrade(
    transport::Loop& loop, const HttpRequest& request, const std::vector<std::string>& offered) {
  const auto entrance = this->entrance();
  const Match found = match(entrance->transport, request.path);
  if (auto refusal = refuse_page(request, entrance->transport)) return *std::move(refusal);
  if (!is_websocket(found, entrance->transport))
    return logged(request, no_websocket(request, entrance->transport));
  if (const auto why_not = monitor_.why_not_ready()) return logged(request, unavailable(*why_not));
  const Subprotocol* chosen = choose_subprotocol(entrance->transport, offered);
  if (!chosen) return logged(request, no_subprotocol(entrance->transport, offered));
  Upgrade upgrade{std::string(chosen->name), chosen->framing, nullptr, {}};
  compress(upgrade, request, entrance->transport);
  upgrade.receiver =
      new_session(loop, entrance, chosen->format, arrival(*entrance, request, chosen->name, upgrade.headers));
  return upgrade;
}

std::unique_ptr<transport::Receiver> WebService::new_session(const transport::Loop& loop,
                                                             std::shared_ptr<const Entrance> entrance,
                                                             serializers::Format format,
                                                             Arrival arrival) const {
  Worker& worker = worker_of(loop);
  auto session = std::make_unique<Session>(worker, std::move(entrance), format, std::move(arrival));
  if (!troublemaker_) return session;
  const auto kill = [&itself = *session] { itself.kill("chaos: kill-mid-call"); };
  return troublemaker_->trouble(worker, format, std::move(session), kill);
}

Arrival WebService::arrival(const Entrance& entrance, const HttpRequest& request, std::string_view protocol,
                            std::vector<std::pair<std::string, std::string>>& headers) {
  Arrival arrival;
  const auth::Cookies* cookies = entrance.cookies.get();
  if (cookies) arrival.cookie = cookies->find(request.header("cookie"));
  if (cookies && !arrival.cookie) {
    const auto fresh = cookies->issue();
    headers.emplace_back("Set-Cookie", cookies->header(fresh.cookie, request.secure));
    arrival.cookie = fresh.id;
  }
  // Only authenticators and authorizers want to know the rest.
  const auto& methods = entrance.transport.auth;
  if (!entrance.realms.have_authorizers() &&
      std::none_of(methods.begin(), methods.end(),
                   [](const auto& entry) { return entry.second.authenticator.has_value(); }))
    return arrival;
  wamp::Dict received;
  for (const auto& [name, value] : request.headers)
    received.set(name, cookies && name == "cookie" ? cookies->others(value) : value);
  // The cookie itself would let the authenticator come in as its owner.
  arrival.details = {
      {"protocol", protocol},
      {"cbtid", arrival.cookie ? wamp::Value(text::to_hex(arrival.cookie->digest)) : wamp::Value()},
      {"http_headers_received", std::move(received)}};
  return arrival;
}

transport::Loop& WebService::loop_for(transport::Loop& here, const HttpRequest& request) {
  const auto entrance = this->entrance();
  const Match found = match(entrance->transport, request.path);
  const bool is_long_poll = found.path && std::holds_alternative<config::LongPollPath>(*found.path);
  return is_long_poll ? long_poll_.loop_for(here, found.rest) : here;
}

// A thread of its own makes the answer.
bool WebService::is_of_monitor(const Match& found) {
  return found.path && (std::holds_alternative<config::MonitorPath>(*found.path) ||
                        std::holds_alternative<config::MetricsPath>(*found.path));
}

bool WebService::is_exchange(const HttpRequest& request) {
  if (request.method != "GET") return false;
  const auto entrance = this->entrance();
  return is_exchange(match(entrance->transport, request.path), entrance);
}

bool WebService::is_exchange(const Match& found, const std::shared_ptr<const Entrance>& entrance) {
  if (const auto destination = gateway_destination(found, entrance))
    return http::Gateway::is_exchange(*destination);
  return is_of_monitor(found);
}

std::optional<HttpResponse> WebService::refuse_body(transport::Loop& loop, const HttpRequest& request,
                                                    size_t body_size) {
  const auto entrance = this->entrance();
  const Match found = match(entrance->transport, request.path);
  const auto destination = gateway_destination(found, entrance);
  auto refusal = destination ? http::Gateway::refuse_body(*destination, request, body_size)
                             : refuse_long_poll(loop, request, body_size, found, entrance->transport);
  if (!refusal) return std::nullopt;
  return readable(*std::move(refusal), request, entrance->transport, destination);
}

std::optional<HttpResponse> WebService::refuse_method(const HttpRequest& request, const Match& found) {
  if (!found.path || !std::holds_alternative<config::LongPollPath>(*found.path))
    return transport::method_not_allowed(request, "GET, HEAD");
  if (request.method != "POST" && request.method != "OPTIONS")
    return transport::method_not_allowed(request, "POST, OPTIONS");
  return std::nullopt;
}

std::optional<HttpResponse> WebService::refuse_long_poll(const transport::Loop& loop,
                                                         const HttpRequest& request, size_t body_size,
                                                         const Match& found,
                                                         const config::Transport& transport) const {
  if (auto refusal = refuse_method(request, found)) return refusal;
  const size_t limit =
      request.method == "POST" ? long_poll_.max_body_size(loop, transport.limits, found.rest) : 0;
  if (body_size <= limit) return std::nullopt;
  return transport::text_response(413, "a body of more than " + std::to_string(limit) + " bytes");
}

transport::Service::Answer WebService::on_post(transport::Loop& loop, const HttpRequest& request,
                                               std::span<const char> body,
                                               transport::HttpExchange& exchange) {
  const auto entrance = this->entrance();
  const Match found = match(entrance->transport, request.path);
  // Since the head came the configuration may have become another one.
  if (request.method == "GET" && !is_exchange(found, entrance)) return on_request(request);
  if (request.method == "GET" && is_of_monitor(found)) {
    if (auto refusal = refuse_name(request, entrance->transport)) return *std::move(refusal);
    const bool is_metrics = std::holds_alternative<config::MetricsPath>(*found.path);
    return monitor_.pages().on_get(
        loop, request, is_metrics ? MonitorPages::What::metrics : MonitorPages::What::page, exchange);
  }
  const auto destination = gateway_destination(found, entrance);
  if (auto refusal = refuse_page(request, entrance->transport))
    return destination && refusal->status == 403
               ? http::Gateway::refusal_of_page(*destination, reason_of(*refusal))
               : *std::move(refusal);
  const http::Headers headers = headers_for_page(request, entrance->transport, destination);
  for (const auto& [name, value] : headers) exchange.add_header(name, value);
  if (!destination) {
    if (auto refusal = refuse_long_poll(loop, request, body.size(), found, entrance->transport))
      return logged(request, *std::move(refusal));
    exchange.add_header("Cache-Control", "no-store");
  }
  if (request.method == "OPTIONS") return HttpResponse{destination ? 200 : 204, "", "", {}};
  if (destination) {
    auto answer =
        gateway_.on_request(loop, *destination, request, {body.data(), body.size()}, headers, exchange);
    if (const auto* const refusal = std::get_if<HttpResponse>(&answer); refusal && refusal->status >= 400)
      log_refusal(request.peer_address, request.method + " " + *found.name + ": " +
                                            std::to_string(refusal->status) + " " + refusal->body);
    return answer;
  }
  const std::string_view rest = found.rest;
  if (rest.empty()) return logged(request, nothing_of_long_poll(request, rest));
  auto answer = long_poll_.on_post(loop, entrance, request, rest, body, exchange);
  if (auto* response = std::get_if<HttpResponse>(&answer); response && response->status >= 400)
    return logged(request, std::move(*response));
  return answer;
}

std::variant<transport::Service::Upgrade, transport::RawSocketRefusal> WebService::on_rawsocket(
    transport::Loop& loop, const transport::RawSocketRequest& request) {
  using transport::RawSocketError;
  using transport::RawSocketRefusal;
  const auto entrance = this->entrance();
  const config::Transport& transport = entrance->transport;
  if (transport.rawsocket_serializers.empty())
    return RawSocketRefusal{RawSocketError::not_served, rawsocket_not_served(transport)};
  if (request.reserved_bits)
    return RawSocketRefusal{RawSocketError::reserved_bits_used,
                            "the last two octets of its RawSocket handshake are not 0"};
  const auto format = rawsocket_format(request.serializer);
  if (!format || !has(transport.rawsocket_serializers, *format))
    return RawSocketRefusal{RawSocketError::serializer_unsupported,
                            serializer_not_served(transport, request.serializer)};
  if (const auto why_not = monitor_.why_not_ready())
    return RawSocketRefusal{RawSocketError::too_many_connections, *why_not};
  if (request.max_frame_size < min_frame_size)
    return RawSocketRefusal{RawSocketError::length_unacceptable,
                            "over RawSocket it takes messages of " + std::to_string(request.max_frame_size) +
                                " bytes at most; WELCOME needs " + std::to_string(min_frame_size)};
  return Upgrade{"", Framing::rawsocket, new_session(loop, entrance, *format)};
}

Worker& WebService::worker_of(const transport::Loop& loop) const {
  const auto found = std::find_if(workers_.begin(), workers_.end(),
                                  [&loop](Worker* worker) { return &worker->loop() == &loop; });
  assert(found != workers_.end());
  return **found;
}

}  // namespace router

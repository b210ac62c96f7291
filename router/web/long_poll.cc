#include "router/web/long_poll.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "crypto/crypto.h"
#include "router/session/session.h"
#include "router/web/connection_limits.h"
#include "router/web/subprotocol.h"
#include "serializers/serializer.h"
#include "text/hex.h"
#include "transport/memory/has_memory_for.h"

namespace router {
namespace {

using transport::HttpResponse;
using transport::text_response;

constexpr auto transport_sweep_interval = std::chrono::seconds(1);

// Who knows it is the client: 128 bits that nobody can guess, behind the number of the worker.
std::string fresh_transport_id(size_t number) {
  return std::to_string(number) + "-" + text::to_hex(crypto::random_bytes(16));
}

HttpResponse too_many(const config::TransportLimits& limits) {
  return text_response(503, "there are " + std::to_string(limits.max_connections_per_address) +
                                " connections and sessions from its address already, or " +
                                std::to_string(limits.max_connections) + " in all");
}

// Of the worker that has the session.
std::optional<size_t> worker_number(std::string_view transport_id) {
  size_t number = 0;
  const auto [end, error] =
      std::from_chars(transport_id.data(), transport_id.data() + transport_id.size(), number);
  if (error != std::errc() || end == transport_id.data() + transport_id.size() || *end != '-')
    return std::nullopt;
  return number;
}

std::string content_type_of(serializers::Format format) {
  return serializers::names(format).is_text ? "application/json" : "application/octet-stream";
}

// {"protocols": [...]}; empty if it is something else.
std::vector<std::string> offered_protocols(std::span<const char> body) {
  const auto value = serializers::decode_json({body.data(), body.size()});
  const auto* options = value ? value->get<wamp::Dict>() : nullptr;
  const auto* protocols = options ? options->find("protocols") : nullptr;
  const auto* list = protocols ? protocols->get<wamp::List>() : nullptr;
  std::vector<std::string> offered;
  if (list)
    for (const wamp::Value& protocol : *list)
      if (const auto* name = protocol.get<std::string>()) offered.push_back(*name);
  return offered;
}

}  // namespace

LongPoll::LongPoll(std::vector<Worker*> workers)
    : workers_(std::move(workers)), sessions_(workers_.size()), sweep_waiting_(workers_.size()) {}

std::string_view LongPoll::purpose_of(std::string_view rest) {
  if (rest == "open") return "opens a WAMP session";
  const size_t slash = rest.find('/');
  const std::string_view what = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
  if (what == "receive") return "fetches messages of a WAMP session";
  if (what == "send") return "sends messages to a WAMP session";
  if (what == "close") return "ends a WAMP session";
  return {};
}

LongPoll::Address LongPoll::address_of(std::string_view rest) const {
  const size_t slash = rest.find('/');
  Address address{std::string(rest.substr(0, slash)),
                  slash == rest.npos ? std::string_view() : rest.substr(slash + 1), std::nullopt};
  const auto number = worker_number(address.id);
  if (number && *number < workers_.size()) address.number = number;
  return address;
}

size_t LongPoll::number_of(const transport::Loop& loop) const {
  const auto here = std::find_if(workers_.begin(), workers_.end(),
                                 [&loop](Worker* worker) { return &worker->loop() == &loop; });
  return static_cast<size_t>(here - workers_.begin());
}

transport::Loop& LongPoll::loop_for(transport::Loop& here, std::string_view rest) const {
  const auto number = address_of(rest).number;
  return number ? workers_[*number]->loop() : here;
}

size_t LongPoll::max_body_size(const transport::Loop& loop, const config::TransportLimits& limits,
                               std::string_view rest) const {
  const Sessions& sessions = sessions_[number_of(loop)];
  const auto found = sessions.find(address_of(rest).id);
  return found != sessions.end() ? found->second->max_send_size()
                                 : std::min<size_t>(limits.max_bytes_before_welcome, limits.max_message_size);
}

transport::Service::Answer LongPoll::on_post(transport::Loop& loop,
                                             const std::shared_ptr<const Entrance>& entrance,
                                             const transport::HttpRequest& request, std::string_view rest,
                                             std::span<const char> body, transport::HttpExchange& exchange) {
  const size_t here = number_of(loop);
  if (rest == "open") return open(here, entrance, request, body, exchange.counts());
  const Address address = address_of(rest);
  const auto found = sessions_[here].find(address.id);
  if (found == sessions_[here].end())
    return text_response(404, "there is no such long-poll session: it has ended, or is another router's");
  const auto connection = found->second;
  if (address.what == "receive") return connection->on_receive(exchange);
  if (address.what == "send") return connection->on_send(body, exchange);
  if (address.what == "close") return connection->on_close();
  return text_response(404, "expected receive, send or close behind the session");
}

HttpResponse LongPoll::open(size_t number, const std::shared_ptr<const Entrance>& entrance,
                            const transport::HttpRequest& request, std::span<const char> body,
                            transport::ListenerCounts& counts) {
  const std::vector<std::string> offered = offered_protocols(body);
  if (offered.empty()) return text_response(400, "expected {\"protocols\": [...]}");
  const Subprotocol* chosen = choose_subprotocol(entrance->transport, offered);
  if (!chosen) return no_subprotocol(entrance->transport, offered);
  const config::TransportLimits& limits = entrance->transport.limits;
  auto place =
      counts.take_place(request.peer_address, limits.max_connections, limits.max_connections_per_address);
  if (!place) return too_many(limits);
  Worker& worker = *workers_[number];
  const auto framing = chosen->framing.over(transport::Framing::Carrier::long_poll);
  const std::string id = fresh_transport_id(number);
  const auto connection = std::make_shared<transport::LongPollConnection>(
      worker.loop(), framing, content_type_of(chosen->format), connection_limits(limits), request,
      *std::move(place), std::make_unique<Session>(worker, entrance, chosen->format));
  wait_for_sweep(number);
  sessions_[number].emplace(id, connection);
  connection->start();
  return {200,
          "application/json",
          "{\"protocol\":\"" + std::string(chosen->name) + "\",\"transport\":\"" + id + "\"}",
          {}};
}

void LongPoll::wait_for_sweep(size_t number) {
  if (sweep_waiting_[number]) return;
  workers_[number]->loop().after(transport_sweep_interval, [this, number] { sweep(number); });
  sweep_waiting_[number] = true;
}

void LongPoll::sweep(size_t number) {
  sweep_waiting_[number] = false;
  if (sessions_[number].empty()) return;
  wait_for_sweep(number);
  const auto now = workers_[number]->loop().now();
  for (const auto& entry : sessions_[number]) {
    transport::LongPollConnection& connection = *entry.second;
    if (!transport::has_memory_for([&] { connection.sweep(now); })) connection.on_out_of_memory();
  }
  std::erase_if(sessions_[number], [](const auto& entry) { return entry.second->ended(); });
}

}  // namespace router

#include "client/link/link.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "client/wire/endpoint.h"
#include "transport/connect/connector.h"
#include "transport/loop/loop.h"
#include "transport/messages/frame_message.h"
#include "transport/websocket/mask.h"

namespace client {
namespace {

using serializers::Format;

// Of a message before the router knows us. With the memory around it this is less than max_bytes_of_unknown,
// above which the connection would be dropped.
constexpr size_t max_sent_to_stranger = 32 * 1024;
// From our close frame to the end of the socket.
constexpr int close_timeout_ms = 1000;

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

// What would be a line of its own in the HTTP request, or break one.
void refuse_what_breaks_http(const Options& options, const wire::Endpoint& endpoint) {
  const auto refuse = [](const std::string& what) { throw std::invalid_argument(what); };
  if (has_control_characters(endpoint.path + endpoint.address.host) ||
      (endpoint.path + endpoint.address.host).find(' ') != std::string::npos)
    refuse("the URL has spaces or control characters");
  if (has_control_characters(options.login.cookie)) refuse("the cookie has control characters");
  for (const auto& [name, value] : options.http_headers)
    if (name.empty() || has_control_characters(name + value) || name.find_first_of(" :") != name.npos)
      refuse("an HTTP header \"" + name + "\" that cannot be sent");
}

transport::UpgradeRequest upgrade_request(const Options& options, const wire::Endpoint& endpoint) {
  transport::UpgradeRequest request{.host = endpoint.host(),
                                    .target = endpoint.path,
                                    .key = transport::handshake_key(),
                                    .subprotocols = {},
                                    .headers = options.http_headers};
  for (const Format format : options.serializers)
    request.subprotocols.emplace_back(serializers::names(format).subprotocol);
  if (!options.login.cookie.empty()) request.headers.emplace_back("Cookie", options.login.cookie);
  return request;
}

transport::Destination destination_of(const Options& options) {
  if (options.serializers.empty()) throw std::invalid_argument("no serializer is offered");
  const wire::Endpoint endpoint = wire::parse_url(options.url);
  refuse_what_breaks_http(options, endpoint);
  transport::Destination to;
  to.host = endpoint.address.host;
  to.port = endpoint.address.port;
  to.socket = endpoint.socket;
  if (endpoint.tls) {
    const Tls& tls = options.tls;
    to.tls = transport::TlsClient::load({.authorities = tls.authorities,
                                         .key_pair = {.certificate = tls.certificate, .key = tls.key},
                                         .verify = tls.verify});
    to.server_name = tls.server_name.empty() ? endpoint.address.host : tls.server_name;
  }
  if (endpoint.protocol == wire::Protocol::rawsocket)
    to.opening = transport::RawSocketOffer{serializers::names(options.serializers.front()).rawsocket_number};
  else
    to.opening = upgrade_request(options, endpoint);
  return to;
}

transport::ConnectionLimits limits_of(const Options& options) {
  transport::ConnectionLimits limits;
  limits.max_message_size = options.max_message_size;
  limits.max_queued_bytes = options.max_queued_bytes;
  limits.ping_interval_ms = static_cast<int>(options.ping_interval.count());
  limits.ping_timeout_ms = static_cast<int>(options.ping_timeout.count());
  limits.close_timeout_ms = close_timeout_ms;
  // Who takes long in the middle of a message is no enemy here; if it is the network, pings tell.
  limits.min_message_rate = 0;
  return limits;
}

End end_of(transport::ConnectFailure failure) {
  using Kind = transport::ConnectFailure::Kind;
  const EndKind kind = failure.kind == Kind::unreachable ? EndKind::cannot_connect
                       : failure.kind == Kind::tls       ? EndKind::tls_failed
                                                         : EndKind::upgrade_refused;
  return {kind, false, {}, std::move(failure.text), failure.kind == Kind::refused_now};
}

End end_of(const transport::CloseReason& reason) {
  using transport::Counters;
  const bool broke_protocol = !reason.by_peer && reason.counter == &Counters::closed_protocol;
  if (broke_protocol) return {EndKind::protocol_error, false, {}, "the router sent " + reason.text};
  std::string text = reason.text.empty() ? "the connection ended" : reason.text;
  if (reason.by_peer && reason.code != 0)
    text = "the router closed the connection with code " + std::to_string(reason.code) +
           (reason.text.empty() ? "" : ": " + reason.text);
  return {EndKind::connection_lost, false, {}, std::move(text)};
}

// The first of the cookies that the answer sets, if it can be sent back.
std::string cookie_of(const transport::UpgradeAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "set-cookie") continue;
    const std::string cookie = value.substr(0, std::min(value.find(';'), value.find(',')));
    return has_control_characters(cookie) ? "" : cookie;
  }
  return "";
}

}  // namespace

struct Link::State final : transport::ConnectionOwner {
  // On the connection, which owns it; the state may have gone before.
  class Receiver final : public transport::Receiver {
   public:
    explicit Receiver(std::weak_ptr<State> state) : state_(std::move(state)) {}

    void on_open(transport::Connection& connection) override {
      const auto state = state_.lock();
      if (!state) return connection.drop("given up");
      state->connection = &connection;
      state->user->on_open();
    }
    void on_message(std::span<char> message) override {
      if (const auto state = state_.lock()) state->user->on_message(message);
    }
    void on_pong(std::string_view payload) override {
      if (const auto state = state_.lock()) state->user->on_pong(payload);
    }
    void on_closed(const transport::CloseReason& reason) override {
      const auto state = state_.lock();
      if (!state) return;
      state->connection = nullptr;
      state->user->on_closed(end_of(reason));
    }

   private:
    const std::weak_ptr<State> state_;
  };

  State(const Options& options, LinkUser& who)
      : user(&who), max_sent(options.max_queued_bytes), offered(options.serializers.front()) {}

  transport::Service::Upgrade on_agreed(const transport::UpgradeAnswer* websocket) override {
    format = offered;
    if (websocket)
      for (const Format one : serializers::all_formats)
        if (serializers::names(one).subprotocol == websocket->subprotocol) format = one;
    if (websocket) cookie = cookie_of(*websocket);
    using transport::Framing;
    framing = !websocket                           ? Framing::rawsocket
              : serializers::names(format).is_text ? Framing::websocket_text
                                                   : Framing::websocket_binary;
    description = std::string(websocket ? "WebSocket" : "RawSocket") + " to " + address;
    if (const std::string tls = connector->tls_protocol(); !tls.empty()) description += " with " + tls;
    return {{}, framing, std::make_unique<Receiver>(self)};
  }
  void on_failed(transport::ConnectFailure failure) override { user->on_closed(end_of(std::move(failure))); }

  LinkUser* const user;
  const size_t max_sent;
  const Format offered;
  std::weak_ptr<State> self;
  std::string address;
  std::unique_ptr<transport::Connector> connector;
  transport::Connection* connection = nullptr;  // while it is open
  bool is_known = false;                        // see Link::set_known()
  Format format{};
  transport::Framing framing;
  std::string description, cookie;
};

Link::Link(transport::Loop& loop, const Options& options, LinkUser& user) {
  transport::Destination to = destination_of(options);
  state_ = std::make_shared<State>(options, user);
  state_->self = state_;
  state_->address = to.text();
  state_->connector =
      std::make_unique<transport::Connector>(loop, std::move(to), limits_of(options), *state_);
}

Link::~Link() {
  if (state_->connection) state_->connection->drop("given up");
}

bool Link::is_open() const {
  return state_->connection != nullptr;
}
std::string Link::waits_for() const {
  return state_->connector->waits_for();
}
Format Link::format() const {
  return state_->format;
}
const std::string& Link::description() const {
  return state_->description;
}
const std::string& Link::cookie() const {
  return state_->cookie;
}

std::string Link::channel_binding(std::string_view name) const {
  using transport::ChannelBinding;
  if (!state_->connection) return "";
  if (name == "tls-exporter") return state_->connection->channel_binding(ChannelBinding::tls_exporter);
  if (name == "tls-unique") return state_->connection->channel_binding(ChannelBinding::tls_unique);
  return "";
}

bool Link::send(const wamp::Message& envelope, const Payload& payload) {
  if (!state_->connection) return true;  // its end is on the way
  std::string bytes;
  const std::string_view tail =
      serializers::encode_envelope(state_->format, envelope, payload.count(), bytes);
  payload.append_as(state_->format, bytes);
  bytes += tail;
  constexpr size_t headroom = transport::max_frame_header + transport::mask_size;
  const size_t longest = std::min({state_->max_sent, state_->connection->max_frame_size(),
                                   state_->is_known ? SIZE_MAX : max_sent_to_stranger});
  if (bytes.size() + headroom > longest) return false;
  state_->user->on_sent(wamp::type_of(envelope), bytes);
  auto message = transport::Buffer::create(headroom, bytes.size() + transport::max_frame_trailer);
  message->append(bytes);
  state_->connection->send(transport::frame_message_of_client(state_->framing, std::move(message)));
  return true;
}

void Link::ping(std::string_view payload) {
  if (state_->connection) state_->connection->ping(payload);
}
size_t Link::queued_bytes() const {
  return state_->connection ? state_->connection->queued_bytes() : 0;
}
void Link::set_known() {
  state_->is_known = true;
  if (state_->connection) state_->connection->set_known(true);
}
void Link::close(uint16_t code, std::string_view reason) {
  if (state_->connection) state_->connection->close(code, reason);
}

}  // namespace client

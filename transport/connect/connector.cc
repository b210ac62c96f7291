#include "transport/connect/connector.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "transport/connect/look_up.h"
#include "transport/connect/opening_talk.h"
#include "transport/loop/loop_state.h"

namespace transport {
namespace {

using Tcp = asio::ip::tcp;

// With each address of a host but the last: one that drops everything must not take the time of the others.
constexpr std::chrono::seconds patience_with_address{2};

// Of a connection that was made nothing is served.
class NothingServed final : public Service {
 public:
  HttpResponse on_request(const HttpRequest&) override { return text_response(404, "there is nothing here"); }
  std::variant<Upgrade, HttpResponse> on_upgrade(Loop&, const HttpRequest&,
                                                 const std::vector<std::string>&) override {
    return text_response(404, "there is nothing here");
  }
};
NothingServed nothing_served;

std::string error_text(int error) {
  return std::generic_category().message(error);
}

// As a Socket wants it. TCP sends at once, as what goes out is gathered here. It gives up when a peer that is
// pinged would be given up.
void prepare(int descriptor, const ConnectionLimits& limits) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int patience_ms = limits.ping_interval_ms > 0 ? limits.ping_interval_ms + limits.ping_timeout_ms : 0;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
  ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

}  // namespace

std::string Destination::text() const {
  if (!socket.empty()) return socket;
  return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

struct Connector::State final : OpeningWaiter, std::enable_shared_from_this<State> {
  State(Loop& its_loop, Destination to, const ConnectionLimits& limits, ConnectionOwner& who)
      : loop(its_loop),
        destination(std::move(to)),
        served(std::make_shared<const Served>(
            Served{nothing_served, {.limits = limits}, std::make_shared<ListenerCounts>()})),
        owner(&who),
        socket(loop.io()),
        patience(loop.io()) {}

  void start() {
    if (!owner) return;
    if (!destination.socket.empty()) return connect_unix();
    stage = "the address of " + destination.host;
    asio::error_code is_no_address;
    const auto address = asio::ip::make_address(destination.host, is_no_address);
    if (!is_no_address) return connect_tcp({{address, destination.port}});
    look_up.emplace(loop, destination.host, destination.port,
                    [self = shared_from_this()](LookUp::Addresses found, const std::string& error) {
                      if (!self->owner) return;
                      if (found.empty())
                        return self->fail_unreachable("there is no host \"" + self->destination.host + "\"",
                                                      error);
                      self->connect_tcp(std::move(found));
                    });
  }

  void connect_tcp(LookUp::Addresses found) {
    stage = destination.text() + " to accept the connection";
    addresses = std::move(found);
    std::reverse(addresses.begin(), addresses.end());
    connect_next();
  }

  // Precondition: there is one.
  void connect_next() {
    const Tcp::endpoint address = addresses.back();
    addresses.pop_back();
    asio::error_code ignored;
    socket.close(ignored);
    socket.async_connect(address, [self = shared_from_this()](asio::error_code error) {
      self->loop.state().begin_turn();
      if (self->owner) self->on_connected(error);
    });
    if (addresses.empty()) return;
    patience.expires_after(patience_with_address);
    patience.async_wait([self = shared_from_this(), left = addresses.size()](asio::error_code canceled) {
      asio::error_code unneeded;
      if (!canceled && self->addresses.size() == left) self->socket.close(unneeded);
    });
  }

  void on_connected(asio::error_code error) {
    patience.cancel();
    if (!error && socket.is_open()) {
      asio::error_code ignored;
      addresses.clear();
      return adopt(Descriptor(socket.release(ignored)));
    }
    if (!addresses.empty()) return connect_next();
    fail_unreachable("cannot connect to " + destination.text(), error.message());
  }

  void connect_unix() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (destination.socket.size() >= sizeof address.sun_path)
      return fail(
          {ConnectFailure::Kind::unreachable, destination.socket + ": too long for a Unix domain socket"});
    destination.socket.copy(address.sun_path, sizeof address.sun_path - 1);
    Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (made.get() < 0 ||
        ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return fail({ConnectFailure::Kind::unreachable,
                   "cannot connect to " + destination.socket + ": " + error_text(errno)});
    adopt(std::move(made));
  }

  void adopt(Descriptor descriptor) {
    prepare(descriptor.get(), served->options.limits);
    stage = std::holds_alternative<UpgradeRequest>(destination.opening)
                ? "the answer to the WebSocket handshake"
                : "the answer to the RawSocket handshake";
    std::unique_ptr<TlsStream> tls;
    if (destination.tls)
      tls = std::make_unique<TlsStream>(destination.tls, destination.server_name, descriptor.get());
    Loop::State& its = loop.state();
    its.connection_count.fetch_add(1, std::memory_order_relaxed);
    served->counts->open.fetch_add(1, std::memory_order_relaxed);
    auto made =
        std::make_unique<Stream>(loop, Arrival{std::move(descriptor), std::move(tls), {}, {}, false}, served);
    stream = made.get();
    its.add(std::move(made));
    its.do_for(*stream, [this] {
      stream->start(std::make_unique<OpeningTalk>(*stream, destination.opening, shared_from_this()), {});
    });
  }

  void fail_unreachable(const std::string& what, const std::string& why) {
    fail({ConnectFailure::Kind::unreachable, what + ": " + why});
  }
  void fail(ConnectFailure failure) {
    if (auto* const told = std::exchange(owner, nullptr)) told->on_failed(std::move(failure));
  }

  void give_up() {
    owner = nullptr;
    look_up.reset();
    asio::error_code ignored;
    socket.close(ignored);
    patience.cancel();
    if (auto* const opening = std::exchange(stream, nullptr))
      opening->drop("given up", &Counters::closed_by_router);
  }

  // ---- for the talk

  Service::Upgrade on_agreed(const UpgradeAnswer* websocket) override {
    const TlsStream* const tls = std::exchange(stream, nullptr)->socket().tls();
    if (tls) tls_protocol = tls->protocol();
    return std::exchange(owner, nullptr)->on_agreed(websocket);
  }
  void on_not_opened(ConnectFailure failure) override {
    stream = nullptr;
    fail(std::move(failure));
  }

  Loop& loop;
  const Destination destination;
  const std::shared_ptr<const Served> served;
  ConnectionOwner* owner;  // null: nobody any more
  std::optional<LookUp> look_up;
  Tcp::socket socket;
  LookUp::Addresses addresses;  // not tried yet, the next last
  asio::steady_timer patience;
  Stream* stream = nullptr;  // while it opens
  std::string stage, tls_protocol;
};

Connector::Connector(Loop& loop, Destination destination, const ConnectionLimits& limits,
                     ConnectionOwner& owner)
    : state_(std::make_shared<State>(loop, std::move(destination), limits, owner)) {
  loop.post([state = state_] { state->start(); });
}

Connector::~Connector() {
  state_->give_up();
}

std::string Connector::waits_for() const {
  const TlsStream* const tls = state_->stream ? state_->stream->socket().tls() : nullptr;
  return tls && !tls->established() ? "the TLS handshake" : state_->stage;
}

std::string Connector::tls_protocol() const {
  return state_->tls_protocol;
}

}  // namespace transport

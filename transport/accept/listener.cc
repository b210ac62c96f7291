#include "transport/accept/listener.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <asio/basic_socket_acceptor.hpp>
#include <asio/error.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "transport/accept/adopt.h"
#include "transport/accept/bound_endpoint.h"
#include "transport/locks/mutex.h"
#include "transport/loop/loop.h"
#include "transport/loop/loop_state.h"
#include "transport/socket/unix_socket_file.h"
#include "transport/stream/arrival.h"

namespace transport {
namespace {

using asio::ip::tcp;

constexpr auto pause_after_error = std::chrono::milliseconds(100);
constexpr int max_accepts_in_a_row = 64;

std::string cannot_listen(const ListenOptions& options) {
  const std::string& interface = options.interface;
  const std::string shown = interface.find(':') == interface.npos ? interface : "[" + interface + "]";
  return "cannot listen on " + shown + ":" + std::to_string(options.port);
}

tcp::endpoint endpoint_of(const ListenOptions& options) {
  asio::error_code error;
  const auto address = asio::ip::make_address(options.interface.empty() ? "::" : options.interface, error);
  if (error) throw std::runtime_error(cannot_listen(options) + ": not an IPv4 or IPv6 address");
  return {address, options.port};
}

// Of TCP or a Unix domain socket.
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

void listen_on(Acceptor& acceptor, const tcp::endpoint& endpoint, int backlog) {
  acceptor.open(endpoint.protocol());
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  acceptor.set_option(Acceptor::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false));
  acceptor.bind(endpoint);
  acceptor.listen(backlog);
  acceptor.non_blocking(true);
}

void open_acceptor(Acceptor& acceptor, const ListenOptions& options) {
  const tcp::endpoint endpoint = endpoint_of(options);
  try {
    listen_on(acceptor, endpoint, options.backlog);
  } catch (const std::system_error& e) {
    const bool no_ipv6 = e.code() == asio::error::address_family_not_supported;
    if (!no_ipv6 || !options.interface.empty()) throw std::system_error(e.code(), cannot_listen(options));
    listen_on(acceptor, {asio::ip::address_v4::any(), options.port}, options.backlog);
  }
}

// A connection that was gone before it was accepted says nothing about the next one (accept(2), "Error
// handling").
bool concerns_one_connection(int error) {
  constexpr std::array errors{ECONNABORTED, EINTR,  EPROTO,       ENETDOWN,   ENOPROTOOPT,
                              EHOSTDOWN,    ENONET, EHOSTUNREACH, ENETUNREACH};
  return std::find(errors.begin(), errors.end(), error) != errors.end();
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<State> {
  State(Loop& accept_loop, std::vector<Loop*> loops, Service& service, const ListenOptions& options,
        ConnectionOptions connections, std::function<void(const std::string&)> on_error)
      : loop_state(accept_loop.state()),
        loops(std::move(loops)),
        max_connections(options.max_connections),
        refusal(options.refusal),
        on_error(std::move(on_error)),
        acceptor(accept_loop.io()),
        pause(accept_loop.io()) {
    serve(service, std::move(connections));
    if (options.inherited) {
      const int family = bound_endpoint(*options.inherited).protocol().family();
      ::listen(options.inherited->get(), options.backlog);  // which may be another one now
      acceptor.assign({family, family == AF_UNIX ? 0 : IPPROTO_TCP}, options.inherited->release());
    } else if (!options.path.empty()) {
      file.emplace(options.path, options.mode);
      acceptor.assign({AF_UNIX, 0}, file->listen(options.backlog).release());
    } else {
      open_acceptor(acceptor, options);
    }
    const auto endpoint = acceptor.local_endpoint();
    local = text_of(endpoint);
    if (!is_unix(endpoint)) port = tcp_of(endpoint).port();
  }

  void serve(Service& service, ConnectionOptions connections) {
    std::shared_ptr<const Served> next(new Served{service, std::move(connections), counts});
    const Lock lock(mutex);
    served = std::move(next);
  }
  std::shared_ptr<const Served> current() {
    const Lock lock(mutex);
    return served;
  }

  void wait() {
    acceptor.async_wait(Acceptor::wait_read, [self = shared_from_this()](asio::error_code error) {
      if (error || !self->acceptor.is_open() || !self->accepting) return;
      int failure = ENOMEM;
      self->loop_state.has_memory_for([&] { failure = self->accept_all(); });
      if (failure) {
        self->report("cannot accept connections: " + std::generic_category().message(failure));
        self->wait_after_pause();
      } else {
        self->wait();
      }
    });
  }

  void wait_after_pause() {
    pause.expires_after(pause_after_error);
    pause.async_wait([self = shared_from_this()](asio::error_code error) {
      if (!error && self->acceptor.is_open()) self->wait();
    });
  }

  // Accepts what is there, a bounded number. Returns 0, or the errno that keeps it from accepting.
  int accept_all() {
    for (int i = 0; i < max_accepts_in_a_row; ++i) {
      Descriptor accepted(
          ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      const int error = errno;
      if (accepted.get() >= 0) {
        hand_over(std::move(accepted));
      } else if (error == EAGAIN || error == EWOULDBLOCK) {
        return 0;
      } else if (!concerns_one_connection(error)) {
        return error;
      }
    }
    return 0;
  }

  void hand_over(Descriptor accepted) {
    if (counts->open.load(std::memory_order_relaxed) >= max_connections) {
      loop_state.counters.refused_too_many.add();
      refuse(accepted);
      return report("refusing connections: there are " + std::to_string(max_connections) + " already");
    }
    failing = false;
    const int on = 1;
    // Neither means anything to a Unix domain socket.
    ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::shared_ptr<const Served> now = current();
    // As long as a silent peer has: sooner than the kernel, which else tries for a quarter of an hour.
    const int patience_ms = now->options.limits.ping_interval_ms + now->options.limits.ping_timeout_ms;
    ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
    Loop* const target = *std::min_element(loops.begin(), loops.end(), [](const Loop* a, const Loop* b) {
      return a->connection_count() < b->connection_count();
    });
    adopt(*target, {std::move(accepted)}, now);
  }

  // As well as can be without waiting for the peer. What it has sent is read, so that closing does not reset
  // the connection before it sees this.
  void refuse(const Descriptor& peer) const {
    if (refusal.empty()) return;
    std::array<char, 512> ignored;
    (void)!::recv(peer.get(), ignored.data(), ignored.size(), MSG_DONTWAIT);
    (void)!::send(peer.get(), refusal.data(), refusal.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::shutdown(peer.get(), SHUT_WR);
  }

  // Once until things are well again.
  void report(const std::string& what) {
    if (!std::exchange(failing, true) && on_error) on_error(local + ": " + what);
  }

  void set_accepting(bool on) {
    if (std::exchange(accepting, on) == on || !acceptor.is_open()) return;
    if (on) return wait();
    asio::error_code ignored;
    acceptor.cancel(ignored);
    pause.cancel();
  }

  void close() {
    asio::error_code ignored;
    acceptor.close(ignored);
    file.reset();
    pause.cancel();
  }

  Loop::State& loop_state;  // of the loop that accepts
  std::vector<Loop*> loops;
  const std::shared_ptr<ListenerCounts> counts = std::make_shared<ListenerCounts>();
  Mutex mutex;
  std::shared_ptr<const Served> served GUARDED_BY(mutex);
  size_t max_connections;
  std::string refusal;
  std::function<void(const std::string&)> on_error;
  std::optional<UnixSocketFile> file;
  Acceptor acceptor;
  asio::steady_timer pause;
  std::string local;  // the address
  uint16_t port = 0;
  bool failing = false;
  bool accepting = true;
};

Listener::Listener(Loop& accept_loop, std::vector<Loop*> loops, Service& service, ListenOptions options,
                   ConnectionOptions connections, std::function<void(const std::string&)> on_error)
    : state_(std::make_shared<State>(accept_loop, std::move(loops), service, options, std::move(connections),
                                     std::move(on_error))) {
  asio::post(accept_loop.io(), [state = state_] {
    if (state->acceptor.is_open() && state->accepting) state->wait();
  });
}

Listener::~Listener() {
  close();
}

uint16_t Listener::port() const {
  return state_->port;
}
std::string Listener::address() const {
  return state_->local;
}
void Listener::serve(Service& service, ConnectionOptions connections) {
  state_->serve(service, std::move(connections));
}
void Listener::set_accepting(bool accepting) {
  state_->set_accepting(accepting);
}
void Listener::close() {
  state_->close();
}
void Listener::hand_over() {
  if (state_->file) state_->file->keep();
  // Closing alone would leave it in this process' epoll set, as long as the other process has it open.
  asio::error_code was_closed;
  const Descriptor last(state_->acceptor.release(was_closed));
  state_->close();
}
Descriptor Listener::duplicate() const {
  Descriptor copy(::fcntl(state_->acceptor.native_handle(), F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0)
    throw std::system_error(errno, std::generic_category(),
                            "cannot duplicate the socket of " + state_->local);
  return copy;
}

}  // namespace transport

#include "tests/support/cable.h"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace test_support {
namespace {

constexpr size_t max_kept = 256 * 1024;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void set_on(int descriptor, int level, int option) {
  const int on = 1;
  ::setsockopt(descriptor, level, option, &on, sizeof on);
}

}  // namespace

Cable::Cable(uint16_t router_port) : router_port_(router_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 128) != 0 ||
      ::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::runtime_error("no cable");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Cable::~Cable() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_up();
  thread_.join();
  for (const auto& link : links_) close_link(*link, End::reset);
  for (const int descriptor : {listener_, wake_[0], wake_[1]}) ::close(descriptor);
}

void Cable::become(State state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  wake_up();
}

void Cable::end_all(End how) {
  const std::lock_guard lock(mutex_);
  for (const auto& link : links_) close_link(*link, how);
  links_.clear();
  wake_up();
}

void Cable::wake_up() {
  (void)!::write(wake_[1], "", 1);
}

void Cable::close_link(Link& link, End how) {
  const linger at_once{1, 0};
  for (const int descriptor : {link.to_router.from, link.to_client.from}) {
    if (how == End::reset) ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor);
  }
}

void Cable::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  const int router = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(router_port_);
  if (::connect(router, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(router);
    return;
  }
  ::fcntl(router, F_SETFL, O_NONBLOCK);
  for (const int descriptor : {client, router}) set_on(descriptor, IPPROTO_TCP, TCP_NODELAY);
  auto link = std::make_unique<Link>();
  link->to_router.goes_to_router = true;
  link->to_router.from = link->to_client.to = client;
  link->to_router.to = link->to_client.from = router;
  links_.push_back(std::move(link));
}

// The rest is passed on when the others had their turn, and whoever waits to spoil the cable.
size_t Cable::piece_of(const Direction& direction) const {
  return state_ == State::dribbling && direction.goes_to_router ? 1 : direction.kept.size();
}

void Cable::pass_on(Direction& direction) {
  std::array<char, 65536> bytes;
  if (direction.kept.size() < max_kept && !direction.ended) {
    const ssize_t size = ::recv(direction.from, bytes.data(), bytes.size(), 0);
    if (size > 0) direction.kept.append(bytes.data(), static_cast<size_t>(size));
    if (size == 0 || (size < 0 && errno != EAGAIN)) direction.ended = true;
  }
  if (state_ == State::dark || state_ == State::late) return;
  if (!direction.kept.empty()) {
    const ssize_t sent = ::send(direction.to, direction.kept.data(), piece_of(direction), MSG_NOSIGNAL);
    if (sent > 0) direction.kept.erase(0, static_cast<size_t>(sent));
  }
  if (direction.ended && direction.kept.empty()) ::shutdown(direction.to, SHUT_WR);
}

void Cable::run() {
  for (;;) {
    std::vector<pollfd> watched = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      accept_one();
      const bool passes = state_ == State::whole || state_ == State::dribbling;
      std::erase_if(links_, [this](const auto& link) {
        for (Direction* direction : {&link->to_router, &link->to_client}) pass_on(*direction);
        const bool over = link->to_router.ended && link->to_client.ended && link->to_router.kept.empty() &&
                          link->to_client.kept.empty();
        if (over) close_link(*link, End::orderly);
        return over;
      });
      for (const auto& link : links_) {
        for (const Direction* direction : {&link->to_router, &link->to_client}) {
          if (!direction->ended && direction->kept.size() < max_kept)
            watched.push_back({direction->from, POLLIN, 0});
          if (passes && !direction->kept.empty()) watched.push_back({direction->to, POLLOUT, 0});
        }
      }
    }
    ::poll(watched.data(), watched.size(), -1);
    std::array<char, 64> ignored;
    (void)!::read(wake_[0], ignored.data(), ignored.size());
  }
}

}  // namespace test_support
